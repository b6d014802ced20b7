import { createStore } from "@/hooks/store";

export interface QueryContent {
  title: string;
  text: string;
  /** Name of what happens on yes. */
  action: string;
  /** Name of what happens on no, where "Cancel" could mean either. */
  stay?: string;
  /** It can be taken back: not in the colour of danger. */
  harmless?: boolean;
  go: () => void;
}

export const asked = createStore<QueryContent | null>(null);

/** Ask before what cannot be taken back, or does more than it seems. */
export function openConfirmDialog(question: QueryContent): void {
  asked.set(question);
}
