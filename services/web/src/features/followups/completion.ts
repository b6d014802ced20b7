import { createStore } from "@/hooks/store";
import { Problem } from "@/api/problem";
import type { FollowUp } from "@/api/types";
import { keepTyping, takeTyped } from "@/features/followups/typedAhead";

/** What is to be completed with an outcome; null: nothing is asked. */
export const completionRequest = createStore<FollowUp | null>(null);

/** Ask what came of a follow-up, and what comes next. */
export function openCompletion(followUp: FollowUp): void {
  keepTyping();
  completionRequest.set(followUp);
}

/** Whether the API asks for a note: it was escalated since it was loaded. */
export function needsNote(error: unknown): boolean {
  return error instanceof Problem && error.messageFor("note") !== undefined;
}

export function closeCompletion(): void {
  takeTyped();
  completionRequest.set(null);
}
