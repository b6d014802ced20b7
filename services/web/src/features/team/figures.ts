import type { Team } from "@/api/types";

export type Member = Team["items"][number];

/** By what rows are sorted; all but the name begin with the most. */
export const SORTS = ["name", "overdue", "oldest", "escalated", "moved", "waiting", "snoozed", "done", "on_time", "open", "away"] as const;
export type Sort = (typeof SORTS)[number];

/** What the Follow-ups page shows for a figure: exactly what it counts, of one person. */
const LISTS = {
  open: {},
  overdue: { view: "overdue" },
  escalated: { severity: "escalated" },
  moved: { moved: "1" },
  waiting: { held: "waiting" },
  snoozed: { held: "snoozed" },
} as const;

export type Figure = keyof typeof LISTS;

type Since = Pick<Team, "week_from" | "month_from">;

export function listOf(figure: Figure, person: number): string {
  return address(person, LISTS[figure]);
}

/** What somebody completed this week. */
export function doneList(person: number, { week_from: since }: Since): string {
  return address(person, { view: "completed", done_from: since });
}

/** What somebody completed this month, by the time that it was due or later. */
export function monthList(person: number, { month_from: since }: Since, onTime: boolean): string {
  return address(person, { view: "completed", done_from: since, on_time: String(onTime) });
}

function address(person: number, filters: Record<string, string>): string {
  return `/followups?${new URLSearchParams({ who: String(person), ...filters })}`;
}
