import { atLeast, plural } from "@/i18n/intl";

/** Follow-ups on a calendar; loaded when it is opened. */
export const planner = {
  today: "Today",
  before: { month: "Previous month", week: "Previous week" },
  after: { month: "Next month", week: "Next week" },
  span: "What is shown",
  spans: { month: "Month", week: "Week" },
  day: (name: string, amount: number, more: boolean, closed: boolean) =>
    `${name}: ${more ? `at least ${atLeast(amount, false)} follow-ups` : plural(amount, { one: "1 follow-up", other: "# follow-ups" })}${closed ? ", closed" : ""}`,
  more: (amount: number, more: boolean) => `+${atLeast(amount, more)} more`,
  moreOf: (amount: number, more: boolean, day: string) => `+${atLeast(amount, more)} more on ${day}`,
  none: "Nothing on this day.",
  rest: "Show all of this day in the list",
  truncated: (shown: number) => `The first ${shown} are shown.`,
  hint: "Press Space to pick it up, the arrow keys to choose a day, Enter to drop it there, Escape to leave it where it was.",
  keys: { space: "Space", carry: "Pick it up, or drop it on another day", choose: "Choose a day for what is picked up" },
  picked: (title: string, day: string) => `Picked up ${title}, on ${day}. Choose a day with the arrow keys.`,
  over: (day: string) => `To ${day}`,
  edge: "The calendar ends here. Press Escape, and R to choose any other time.",
  left: (title: string) => `${title} stays where it was`,
  states: { overdue: "overdue", escalated: "escalated", breach: "SLA breach", done: "completed" },
};
