import { POLICY_WOULD_CHANGE, Problem } from "@/api/problem";
import type { BulkChange, FollowUp, FollowUpPatch } from "@/api/types";

/** What an answer to the question about the clock adds to a change. */
export interface ClockChoice {
  restart_clock: boolean;
  reason?: string;
}

/** Fields that conditions of policies ask about. */
const ASKED_ABOUT: readonly (keyof FollowUpPatch)[] = ["kind", "priority", "tags", "value", "subject", "assignee_id"];

/** Whether a clock runs that a change of these fields could start over: a new due time does so in any case. */
export function mayMoveClock(followUp: Pick<FollowUp, "status" | "due_at">, changes: FollowUpPatch, now: number): boolean {
  const runs = followUp.status === "open" && Date.parse(followUp.due_at) <= now;
  return runs && !("due_at" in changes) && ASKED_ABOUT.some((field) => field in changes);
}

/** The same of an action on many. */
export function bulkMayMoveClock(action: BulkChange["action"]): boolean {
  return action === "edit" || action === "reassign";
}

/** The API's question: which policies a change would bring. */
export function asksAboutPolicy(error: unknown): error is Problem {
  return error instanceof Problem && error.type === POLICY_WOULD_CHANGE;
}
