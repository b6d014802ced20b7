import { Problem } from "@/api/problem";
import type { FollowUp } from "@/api/types";
import { keepTyping, takeTyped } from "@/features/followups/typedAhead";
import { createStore } from "@/hooks/store";
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

/** What is to be moved, and to when as far as that is known. */
export interface MoveRequest {
  followUp: FollowUp;
  dueAt?: string;
  /** How the API asked for a reason, where the page did not know that one is needed. */
  problem?: Problem;
  /** What somebody made of it meanwhile. */
  newer?: FollowUp;
  /** The time is being typed. */
  typing?: boolean;
}

/** null: nothing is asked. */
export const moveRequest = createStore<MoveRequest | null>(null);

/** Ask until when a follow-up is moved, or why. */
export function openMove(request: MoveRequest): void {
  keepTyping();
  moveRequest.set(request);
}

export function closeMove(): void {
  takeTyped();
  moveRequest.set(null);
}
