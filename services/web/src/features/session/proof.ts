import { createStore } from "@/app/store";

/** Answers the request that waits for the person to show that it is them; null: none does. */
export const proofAsked = createStore<((proved: boolean) => void) | null>(null);

let pending: Promise<boolean> | null = null;

/** Ask the person for their password; requests that need it at the same time share one question. */
export function askForProof(): Promise<boolean> {
  pending ??= new Promise<boolean>((resolve) => proofAsked.set(resolve)).finally(() => {
    pending = null;
    proofAsked.set(null);
  });
  return pending;
}
