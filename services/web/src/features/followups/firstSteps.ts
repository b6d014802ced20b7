import { createStore } from "@/hooks/store";

const KEY = "followup-first-steps";

/**
 * Of this browser: the steps were begun in an empty company, then it was looked who would be told; they are shown until
 * they are done, or put away.
 */
export type FirstSteps = "begun" | "looked" | "over" | "";

const store = createStore<FirstSteps>((localStorage.getItem(KEY) ?? "") as FirstSteps);

export const useFirstSteps = store.use;

export function setFirstSteps(next: FirstSteps): void {
  localStorage.setItem(KEY, next);
  store.set(next);
}
