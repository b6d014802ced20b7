import { plural } from "@/i18n/intl";

/** The page of people, which is loaded with it. */
export const people = {
  title: "People",
  add: "Person",
  search: "Search people",
  columns: { name: "Name", email: "E-mail", role: "Role", zone: "Time zone", edit: "Edit" },
  /** In place of a role: an account that commands use. */
  account: "For commands",
  new: "New person",
  name: "Name",
  email: "E-mail",
  role: "Role",
  roleHelp: "Everybody sees their own follow-ups and those of all people below them.",
  manager: "Manager",
  noManager: "No manager",
  zone: "Time zone",
  calendar: "Calendar",
  calendarAbove: "That of the people above, or of the organisation",
  password: "Password",
  newPassword: "New password",
  newPasswordHelp: "Empty: stays as it is. A new one logs them out and revokes their tokens",
  active: "Active",
  activeHelp: "Inactive people cannot log in. If they have open follow-ups, you are asked who gets them.",
  saved: (name: string) => `Saved ${name}`,
  yes: "Yes",
  no: "No",
  numbered: (id: number) => `User ${id}`,
  newOne: "A new one",
  asItIs: "As it is there",
  reports: (amount: number, name: string) =>
    plural(amount, { one: `# person reports to ${name}.`, other: `# people report to ${name}.` }),
  whileInactive: (reports: string, name: string) =>
    `${reports} While ${name} is inactive, the next active person above is told about their follow-ups.`,
  asEmployee: (reports: string, name: string) =>
    `${reports} As an employee ${name} keeps seeing their follow-ups; to change that, give them another manager.`,
  tokens: "API tokens",
  noTokens: "None. Programs cannot act for this person.",
  looking: "Looking…",
};
