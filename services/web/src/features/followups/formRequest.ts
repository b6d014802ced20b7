import type { FollowUp, SubjectRef } from "@/api/types";
import { createStore } from "@/hooks/store";
import { setUnsaved } from "@/hooks/unsavedChanges";
import type { Draft } from "@/features/followups/draft";
import { keepTyping, takeTyped } from "@/features/followups/typedAhead";

/** What the form is opened for: a new follow-up, perhaps about somebody, or one to edit. */
export interface FormRequest {
  followUp?: FollowUp;
  subject?: SubjectRef;
}

export const formRequest = createStore<FormRequest | null>(null);

export interface Kept {
  draft: Draft;
  /** What the draft changes; none for a new follow-up. */
  base: FollowUp | undefined;
}

/**
 * What was typed and not saved, by the follow-up's id (0: a new one): it is there again when its form is
 * next opened, so that a slip of the hand loses nothing.
 */
export const keptDrafts = new Map<number, Kept>();

/** Keep what was typed; a reload, which would lose it, asks first. */
export function keep(key: number, kept: Kept): void {
  keptDrafts.set(key, kept);
  setUnsaved(keptDrafts, true);
}

export function forget(key: number): void {
  keptDrafts.delete(key);
  setUnsaved(keptDrafts, keptDrafts.size > 0);
}

export function openForm(request: FormRequest): void {
  keepTyping();
  formRequest.set(request);
}

export function closeForm(): void {
  takeTyped();
  formRequest.set(null);
}
