import { Problem } from "@/api/problem";
import type { FollowUp } from "@/api/types";
import { dateOf } from "@/time/format";

/** "moved 4 times, first due 3 Nov"; null: it still has its first due time. */
export function rescheduledText({ moved, first_due_at }: Pick<FollowUp, "moved" | "first_due_at">, zone: string, now: number) {
  if (moved === 0) return null;
  const often = moved === 1 ? "once" : `${moved.toLocaleString("en")} times`;
  return `moved ${often}, first due ${dateOf(first_due_at, zone, now)}`;
}

/** What moving does to the escalation, in front of a choice of a new due time. */
export const STARTS_OVER = "Escalation starts over from the new time.";

/** Why a reason is asked for. */
export const REASON_HELP = "Others have been told that it is late: they read this in its history.";

/** Whether the API asks why something is moved: it was escalated since it was loaded, or before it was reopened. */
export function needsReason(error: unknown): boolean {
  return error instanceof Problem && error.messageFor("reason") !== undefined;
}
