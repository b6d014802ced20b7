import type { FollowUp, SubjectRef } from "@/api/types";
import { createStore } from "@/app/store";
import type { Draft } from "@/features/followups/draft";

/** What the form is opened for: a new follow-up, perhaps about somebody, or one to edit. */
export interface FormRequest {
  followUp?: FollowUp;
  subject?: SubjectRef;
}

export const formRequest = createStore<FormRequest | null>(null);

/** A new follow-up that was typed and not saved: it is there again when the form is next opened. */
export const keptDraft = createStore<Draft | null>(null);

export function openForm(request: FormRequest): void {
  formRequest.set(request);
}

export function closeForm(): void {
  formRequest.set(null);
}
