import { Problem } from "@/api/problem";
import type { FollowUp } from "@/api/types";
import { t } from "@/i18n";
import { dateOf } from "@/time/format";

/** "moved 4 times, first due 3 Nov"; null: it still has its first due time. */
export function rescheduledText({ moved, first_due_at }: Pick<FollowUp, "moved" | "first_due_at">, zone: string, now: number) {
  if (moved === 0) return null;
  return t.followUps.moved(moved, dateOf(first_due_at, zone, now));
}

/** Whether the API asks why something is moved: it was escalated since it was loaded, or before it was reopened. */
export function needsReason(error: unknown): error is Problem {
  return error instanceof Problem && error.messageFor("reason") !== undefined;
}
