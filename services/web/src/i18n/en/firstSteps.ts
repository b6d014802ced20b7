import { plural } from "@/i18n/intl";

/** What leads an admin of an empty company to the first escalation, loaded when it is shown. */
export const firstSteps = {
  title: "First steps",
  text: "Three steps, and you see who would be told of what. Nothing is told to anybody by looking.",
  dismiss: "Do not show these steps any more",
  done: "Done",
  toDo: "To do",
  people: "Add people, and who reports to whom",
  peopleText: "A follow-up that nobody does goes up the reporting line. A file of people may have a column for the manager.",
  importPeople: "Import people",
  addPeople: "Add them one by one",
  followUps: "Add follow-ups",
  followUpsText: "Bring them from a CRM as a CSV or Excel file, or plan the first one here.",
  importFollowUps: "Import follow-ups",
  plan: "Plan a follow-up",
  escalation: "See the first escalation",
  escalationText: "Who would be told what at once and in the next 14 days, if nobody does anything. Policies say when; you can change them later.",
  look: "See who would be told",
  policies: "Look at the policies",
  noneYet: "Add a follow-up first: without any there is nothing to see.",
  finish: "Done with the first steps",
  failed: "That could not be looked at",
  progress: (done: number) => plural(done, { one: "1 of 3 is done", other: "# of 3 are done" }),
};
