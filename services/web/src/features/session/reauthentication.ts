import { createStore } from "@/hooks/store";

/** Answers the request that waits for the person to show that it is them; null: none does. */
export const pendingReauthentication = createStore<((proved: boolean) => void) | null>(null);

let pending: Promise<boolean> | null = null;

/** Ask the person for their password; requests that need it at the same time share one question. */
export function reauthenticate(): Promise<boolean> {
  pending ??= new Promise<boolean>((resolve) => pendingReauthentication.set(resolve)).finally(() => {
    pending = null;
    pendingReauthentication.set(null);
  });
  return pending;
}
