import { createStore } from "@/app/store";

export interface Asked {
  title: string;
  text: string;
  /** Name of what happens on yes. */
  action: string;
  go: () => void;
}

export const asked = createStore<Asked | null>(null);

/** Ask before what cannot be taken back, or does more than it seems. */
export function askFirst(question: Asked): void {
  asked.set(question);
}
