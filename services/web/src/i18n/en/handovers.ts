import { number, plural } from "@/i18n/intl";

const followUps = (amount: number) => plural(amount, { one: "# follow-up", other: "# follow-ups" });

/** Handing open work over, which is loaded with its dialog. */
export const handovers = {
  openNamed: (name: string) => `Hand over the work of ${name}`,
  title: (name: string) => `Hand over the open work of ${name}`,
  to: "Who takes it over",
  choose: "Choose a person",
  until: "Until",
  untilHelp: "The last day. Afterwards what is still open and unchanged goes back. Empty: for good",
  narrow: "Only some of it",
  reason: "Reason",
  reasonHelp: "Kept in the history of each follow-up",
  chooseFirst: "Choose who takes it over to see how much it is.",
  counting: "Counting…",
  counted: (amount: number, overdue: number) =>
    overdue ? `${followUps(amount)}, ${number(overdue)} of them overdue.` : `${followUps(amount)}, none overdue.`,
  nothing: "Nothing open: there is nothing to hand over.",
  text: "Times due and clocks stay as they are. Everyone concerned is told once, of all of it.",
  away: (name: string, until: string) => `${name} is away until ${until}. The one who stands in is told in their place.`,
  run: (amount: number) => `Hand over ${followUps(amount)}`,
  runNone: "Hand over",
  done: (amount: number, name: string) => `Handed ${followUps(amount)} to ${name}`,
  recent: "Handed over lately",
  given: (amount: number, name: string) => `${followUps(amount)} to ${name}`,
  got: (amount: number, name: string) => `${followUps(amount)} from ${name}`,
  forGood: "For good",
  untilDay: (day: string) => `Until ${day}`,
  by: "by {name}, {ago}",
  undoNamed: (what: string) => `Undo: ${what}`,
  undone: (amount: number, given: number) =>
    amount === given ? `${followUps(amount)} went back` : `${number(amount)} of ${followUps(given)} went back; the others had been changed since`,
  notUndone: "Nothing was undone",
  leaving: (name: string) => `What becomes of ${name}’s work?`,
  leavingText: (name: string, amount: number) =>
    plural(amount, { one: `${name} has # open follow-up.`, other: `${name} has # open follow-ups.` }),
  handOver: "Hand it over for good",
  stays: (name: string) => `Leave it with ${name}`,
  staysHelp: "The next active person above is told about it. Hand it over later from their line at People.",
  deactivate: "Deactivate",
};
