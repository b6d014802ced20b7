import { followUps, lines } from "@/i18n/en/amounts";
import { number, plural } from "@/i18n/intl";

export const imports = {
  imports: {
    title: "Import",
    what: "What to import",
    kinds: { "follow-ups": "Follow-ups", users: "People", absences: "Absences" },
    drop: "Drop a CSV or Excel file here, or choose one",
    dropHelp: "You see what it would do before anything is written.",
    file: "File to import",
    needed: {
      users:
        "A file of people needs their e-mail address and name, and may have role, manager, time zone and whether they are active. Who is known by the address is updated, the others are added.",
      absences:
        "A file of absences needs the person’s e-mail address, the first and the last day, such as 2026-12-21, and may have the e-mail address of a substitute and a note. Who is away already on the same days gets the new substitute and note; days may not overlap others. Or a calendar of a person (.ics), as Outlook, Google and others export it: of its events those are taken that say that somebody is away.",
      "follow-ups":
        "A file of follow-ups needs an external id, a title, the assignee’s e-mail address and a due time, and may have a lead or client, notes and a status. What is known by its external id is updated, the rest is added.",
    },
    refused: (file: string) => `${file} cannot be imported`,
    otherKind: (file: string, kind: string) => `${file} looks like the ${kind} file`,
    importAs: (kind: string) => `Import it as ${kind}`,
    nothing: "Nothing was imported",
    nothingSentence: "Nothing was imported.",
    chooseOther: "Choose another file",
    importOther: "Import another file",
    ready: (file: string) => `${file} is ready`,
    mistakesIn: (amount: number, file: string) =>
      plural(amount, { one: `# mistake in ${file}`, other: `# mistakes in ${file}` }),
    would: (created: number, updated: number, unchanged: number) =>
      `${number(created)} to add, ${number(updated)} to update, ${number(unchanged)} unchanged.`,
    renamed: (amount: number) =>
      plural(amount, {
        one: "One known lead or client to rename or link again, for everybody.",
        other: "# known leads and clients to rename or link again, for everybody.",
      }),
    nothingWritten: "Nothing has been written yet.",
    import: (amount: number) => `Import ${lines(amount)}`,
    importGood: (amount: number) =>
      `Import the ${plural(amount, { one: "# good line", other: "# good lines" })}`,
    mind: "Mind",
    mistakes: "Mistakes",
    mistakesByLine: "Mistakes by line",
    line: "Line",
    column: "Column",
    mistake: "What is wrong, and the fix",
    moreMistakes: (amount: number) => `And ${number(amount)} more.`,
    columns: "Columns",
    columnsOf: "Columns of the file",
    notTakenHelp: "Columns that are not taken change nothing.",
    missing: (columns: string) => `Say which column is: ${columns}.`,
    inFile: "In the file",
    firstCells: "First cells",
    empty: "Empty in the first lines",
    wholeLine: "The whole line",
    takenAs: "Taken as",
    numbered: (place: number) => `Column ${place}`,
    numberedInSentence: (place: number) => `column ${place}`,
    whatIs: (heading: string) => `What ${heading} is`,
    notTaken: "Not taken",
    zone: "Time zone of the times in the file",
    zoneHelp: "Some of them do not say of which zone they are.",
    sheet: (name: string) => `Sheet “${name}” of the workbook.`,
    firstSheet: (name: string) => `Sheet “${name}” of the workbook; only it is read.`,
    text: "Text",
    separated: (encoding: string, separator: string) => `${encoding}, separated by ${separator}.`,
    separators: { commas: "commas", semicolons: "semicolons", tabs: "tabs", bars: "bars" },
    calendar: "Calendar",
    calendarHelp:
      "An event is an absence if it is out of office, or if its category or title says so: vacation, sick leave, Urlaub and the like. What is free, tentative or cancelled is not.",
    whose: "Whose calendar it is",
    whoseHelp: "Without a person each event is of the one who is invited, or else of the one who made it.",
    whoseNeeded: "Some events do not say of whom they are: choose the person.",
    everyEvent: "Each event is an absence",
    everyEventHelp: "As in the calendar of a system that keeps nothing else.",
    openWork: (people: number) =>
      plural(people, {
        one: "One person with open follow-ups is deactivated. What becomes of these?",
        other: "# people with open follow-ups are deactivated. What becomes of these?",
      }),
    openWorkChoices: {
      manager: "They go to the manager of each person",
      stays: "They stay where they are, and the next active person above is told",
    },
    done: "Imported",
    inviteText: "New people cannot log in yet: invite them next.",
    invite: "Invite them",
    show: { "follow-ups": "Show the follow-ups", users: "Show the people", absences: "Show the people" },
    amounts: {
      "follow-ups": followUps,
      absences: (amount: number) => plural(amount, { one: "# absence", other: "# absences" }),
      users: (amount: number) => plural(amount, { one: "# person", other: "# people" }),
    },
    added: (amount: string) => `Added ${amount}.`,
    updated: (amount: string) => `Updated ${amount}.`,
    unchanged: (amount: number, what: string) =>
      plural(amount, { one: `${what} was already as in the file.`, other: `${what} were already as in the file.` }),
    leftOut: (amount: number) =>
      plural(amount, { one: "# mistake: its line was left out.", other: "# mistakes: their lines were left out." }),
    emptyFile: "Nothing was in the file.",
  },
};
