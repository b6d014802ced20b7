import { number, plural } from "@/i18n/intl";

const list = (names: readonly string[], last: string) =>
  names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;

const DAYS_A_WEEK = 7;

/** The pages of policies, which are loaded with them. */
export const policies = {
  title: "Policies",
  one: "Policy",
  text: "The first policy whose conditions a follow-up meets says whom it escalates to, and when.",
  catchAll: "The last one is for all the rest.",
  everythingElse: "Every follow-up that no other policy is for",
  notInForce: "Not in force",
  hasDraft: "Draft",
  moveUp: (name: string) => `Move ${name} up`,
  moveDown: (name: string) => `Move ${name} down`,
  notOrdered: "The order is as it was",
  new: "New policy",
  newLabels: { first: "Employee", second: "Manager" },
  toList: "All policies",
  archived: "Archived: it is no longer in use.",
  archive: "Archive",
  askArchive: (name: string) => `Archive “${name}”?`,
  askArchiveText: "It is taken out of use and can still be read. Open follow-ups keep it until they get another due time.",
  notArchived: "The policy is still in use",
  cancel: "Cancel",

  discardDraft: "Discard draft",
  askDiscard: (name: string) => `Discard the draft of “${name}”?`,
  askDiscardText: "The policy stays as it is in force. What the draft says is gone.",
  draftDiscarded: "The draft is discarded",
  notDiscarded: "The draft is still there",

  name: "Name",
  calendar: "Calendar",
  calendarHelp: "By which its working hours and days count",
  assigneesCalendar: "That of each assignee",
  archivedCalendar: "A calendar that is archived",
  conditions: "Which follow-ups",
  allOf: "All of these",
  anyOf: "And any of these",
  addCondition: "Condition",
  conditionField: "What is asked",
  conditionSays: "How",
  conditionValue: "Value",
  currency: "Currency",
  conditionNumber: (place: number) => `Condition ${number(place)}`,
  inactiveInCondition: (names: readonly string[]) =>
    `${list(names, "and")} ${names.length === 1 ? "is" : "are"} inactive: no new follow-up becomes theirs.`,
  kindsOutOfUse: (names: readonly string[]) =>
    `${list(names.map((name) => `“${name}”`), "and")} ${names.length === 1 ? "is no kind" : "are no kinds"} in use: take ${names.length === 1 ? "it" : "them"} out.`,
  removeCondition: (condition: string) => `Remove: ${condition}`,

  steps: "Steps",
  stepNumber: (place: number) => `Step ${number(place)}`,
  addStep: "Add a step",
  removeStep: (place: number) => `Remove step ${number(place)}`,
  howLong: "How long",
  unitOf: (label: string) => `Unit of ${label.toLowerCase()}`,
  side: "Before or after it is due",
  sides: { after: "after due", before: "before due" },
  audience: "Who is told",
  inactiveInAudience: (names: readonly string[]) =>
    `${list(names, "and")} ${names.length === 1 ? "is" : "are"} inactive and cannot be told: name somebody else.`,
  severity: "How grave",
  label: "Name of the step",
  tell: "When they are told",
  tellChoices: { at_once: "told at once", working_hours: "in their working hours" },
  note: "ask for a note from who completes it from then on",
  repeat: "repeat every",
  repeatEvery: "Repeat every",
  times: "How often at most",
  gaps: { tell: "tell", as: "as", called: "called", atMost: "at most", times: "times" },

  saveDraft: "Save draft",
  draftSaved: "The draft is saved. It is in force once it is published",
  publish: "Publish",
  publishTitle: "Publish this policy?",
  publishText: "It is in force for every follow-up that is planned or moved from now on.",
  published: (version: number) => `Version ${number(version)} is in force`,
  moveOpen: "Move open follow-ups too",
  moveOpenHelp: "Else they keep the version that they have, until they get another due time. Nobody is told again what they know.",
  counting: "Counting what this would move and tell…",
  effect: (moves: number, tells: number, people: number) =>
    `${plural(moves, { one: "# open follow-up would move", other: "# open follow-ups would move" })}. ` +
    (tells === 0
      ? "Nobody would be told anything at once."
      : `${plural(people, { one: "# person would", other: "# people would" })} be told at once, in ${plural(tells, { one: "# notification", other: "# notifications" })}.`),
  typeCount: "How many people are told at once",
  changed: "Somebody else has changed this policy",
  changedText: "What you typed is still here. Load the policy as it is now to go on from there.",
  takeTheirs: "Load it as it is now",

  versions: "Versions",
  versionLine: (version: number, by: string | null) => `Version ${number(version)}, published {day}${by ? ` by ${by}` : ""}`,
  holds: "How far people may hold them",
  holdRules: {
    snoozes: "Snoozes each",
    snooze_days: "Working days together",
    reason_from: "Reason from snooze no.",
    waits: "Waits",
    wait_days: "Working days each wait",
  },

  differs: {
    title: "What changes",
    field: "What",
    was: "Before",
    now: "Now",
    none: "(not there)",
    nothing: "Nothing is otherwise than before.",
    step: (label: string, sentence: string) => `“${label}”: ${sentence}`,
    fields: { name: "Name", conditions: "Which follow-ups", calendar_id: "Calendar", holds: "Holds" },
  },

  simulation: "Simulation",
  simulationText: "What would be told to whom if this were in force and all open follow-ups moved to it; or what would have been told of what happened in the last 90 days. Nothing changes by looking.",
  windows: { now: "Now", next_14_days: "Next 14 days", last_90_days: "Last 90 days" },
  notSimulated: "That cannot be simulated",
  toldWhom: (tells: number, people: number, followUps: number, moves: number) =>
    `${plural(tells, { one: "# notification", other: "# notifications" })} to ${plural(people, { one: "# person", other: "# people" })}, from ${plural(followUps, { one: "# open follow-up", other: "# open follow-ups" })}${moves > 0 ? `; ${number(moves)} would get another policy or version` : ""}.`,
  atOnce: (tells: number, people: number) =>
    tells === 0
      ? "None of them at once."
      : `${number(tells)} of them at once, to ${plural(people, { one: "# person", other: "# people" })}.`,
  until: (time: string) => `Until ${time}`,
  byDay: "Notifications by day",
  byStep: "Notifications by step",
  byPerson: "Notifications by person",
  stepOf: (policy: string, label: string) => `${policy}: ${label}`,
  stepAlone: (step: number, label: string, severity: string) => `Step ${number(step)}: ${label} (${severity})`,
  leftOut: (count: number) =>
    plural(count, {
      one: "# follow-up is left out: its calendar cannot be counted by",
      other: "# follow-ups are left out: their calendars cannot be counted by",
    }),
  lookingBack: "How far the look back is",
  lookedAt: (done: number, total: number) => `${number(done)} of ${plural(total, { one: "# follow-up", other: "# follow-ups" })}`,
  between: (since: string, until: string) => `From ${since} to ${until}`,
  comparedWith: (told: number, would: number, followUps: number) =>
    `${plural(told, { one: "# notification", other: "# notifications" })} of ${plural(followUps, { one: "# follow-up", other: "# follow-ups" })} went out; with this policy it would have been ${number(would)}.`,
  avoidedAndAdded: (avoided: number, added: number, differing: number) =>
    `${number(avoided)} avoided, ${number(added)} added, on ${plural(differing, { one: "# follow-up", other: "# follow-ups" })}.`,
  columns: { told: "Was told", would_tell: "Would be", avoided: "Avoided", added: "Added" },
  examples: "Examples",
  nothing: "nothing",
  toldThen: (at: string, severity: string, people: readonly string[]) => `${at}, ${severity}: ${list(people, "and")}`,
  amount: (count: number) => number(count),
  busiest: (name: string, count: number, day: string) => `${name} would get ${number(count)} on ${day}.`,

  pictureCalendar: "Calendar of the picture",
  pictureText: (due: string, zone: string, repeats: boolean) =>
    `When the steps come of a follow-up that is due on ${due} (${zone}). Closed hours are shaded.${repeats ? " Small circles are repeats." : ""}`,
  picture: (steps: readonly string[]) => `Time line: ${steps.join("; ")}`,
  pictureStep: (place: number, at: string) => `step ${number(place)} on ${at}`,
  turns: (step: number, above: number, days: readonly string[]) =>
    `${days.length === DAYS_A_WEEK ? "" : `Of what is due at noon on ${list(days, "or")}, `}step ${number(step)} would come before step ${number(above)}: it waits, and comes together with it.`.replace(/^s/, "S"),
  comes: (at: string, again: readonly string[], more: number) =>
    again.length === 0 ? at : `${at}, and again ${again.join("; ")}${more > 0 ? `; and ${plural(more, { one: "once more", other: "# times more" })}` : ""}`,
  laterSteps: (places: readonly number[], repeating: readonly number[]) =>
    `Later than is shown: ${[...places.map((place) => `step ${number(place)}`), ...repeating.map((place) => `repeats of step ${number(place)}`)].join(", ")}`,
  computing: "…",
  notKnown: "not known: behind what is worked out of the calendar",

  amounts: {
    after: (amount: number) => plural(amount, { one: "# hour", other: "# hours" }),
    working: (amount: number) => plural(amount, { one: "# working hour", other: "# working hours" }),
    working_days: (amount: number) => plural(amount, { one: "# working day", other: "# working days" }),
  },
  units: { after: "hours", working: "working hours", working_days: "working days" },
  audiences: {
    assignee: "the assignee",
    manager: "the manager",
    admins: "all admins",
    managers: "all managers",
  },
  managerAbove: (height: number) => `the manager ${number(height)} above`,
  unknownPerson: (id: number) => `person ${id}`,
  severities: { reminder: "reminder", overdue: "overdue", escalated: "escalated", breach: "breach" },
  and: (names: readonly string[]) => list(names, "and"),
  or: (names: readonly string[]) => list(names, "or"),
  step: (when: string, audience: string, severity: string) => `${when} tell ${audience} as ${severity}`,
  whenDue: "When it is due",
  after: (amount: string) => `After ${amount}`,
  before: (amount: string) => `${amount.charAt(0).toUpperCase()}${amount.slice(1)} before it is due`,
  tells: { at_once: "", working_hours: ", in their working hours" },
  every: {
    after: (amount: number) => plural(amount, { one: "every hour", other: "every # hours" }),
    working: (amount: number) => plural(amount, { one: "every working hour", other: "every # working hours" }),
    working_days: (amount: number) => plural(amount, { one: "every working day", other: "every # working days" }),
  },
  needsNote: "; from then on, anyone who completes it says in a note what came of it",
  repeats: (every: string, times: number) =>
    `, and again ${every}, at most ${plural(times, { one: "once", other: "# times" })}`,

  anyOfThem: (conditions: string, alone: boolean) => (alone ? conditions : `(${conditions})`),
  everything: "Every follow-up",
  conditionFields: {
    subject: "who it is about",
    kind: "kind",
    priority: "priority",
    value: "value",
    tags: "tags",
    team: "team",
    assignee: "assignee",
  },
  operators: {
    any_of: "is",
    none_of: "is not",
    has_any: "include",
    has_all: "include all of",
    has_none: "do not include",
    at_least: "is at least",
    at_most: "is at most",
    below: "is below",
  },
  condition: (field: string, says: string, value: string) => `${field} ${says} ${value}`,
  teamOf: (name: string) => `${name}’s`,
  money: (amount: string, currency: string) => `${amount} ${currency}`,
  values: {
    lead: "a lead",
    client: "a client",
    none: "nobody",
    low: "low",
    normal: "normal",
    high: "high",
    "e-mail": "e-mail",
  },
};
