import { number, plural } from "@/i18n/intl";

const list = (names: readonly string[], last: string) =>
  names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;

/** The pages of policies, which are loaded with them. */
export const policies = {
  title: "Policies",
  one: "Policy",
  text: "The first policy whose conditions a follow-up meets says whom it escalates to, and when.",
  catchAll: "The last one is for all the rest.",

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
  repeats: (every: string, times: number) =>
    `, and again every ${every}, at most ${plural(times, { one: "once", other: "# times" })}`,

  everything: "Every follow-up",
  conditionFields: {
    subject: "who it is about",
    kind: "what is to be done",
    priority: "priority",
    value: "its value",
    tags: "its tags",
    team: "the team",
    assignee: "the assignee",
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
