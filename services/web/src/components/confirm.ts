import { createStore } from "@/hooks/store";

export interface ConfirmRequest {
  title: string;
  text: string;
  /** Name of what happens on yes. */
  confirmLabel: string;
  /** Name of what happens on no, where "Cancel" could mean either. */
  cancelLabel?: string;
  /** It can be taken back: not in the colour of danger. */
  harmless?: boolean;
  onConfirm: () => void;
}

/** What the dialog asks; null: nothing. */
export const confirmRequest = createStore<ConfirmRequest | null>(null);

/** Ask before what cannot be taken back, or does more than it seems. */
export function openConfirmDialog(request: ConfirmRequest): void {
  confirmRequest.set(request);
}
