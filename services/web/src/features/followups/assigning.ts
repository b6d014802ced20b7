import { createStore } from "@/hooks/store";
import type { FollowUp } from "@/api/types";

/** What is to be given to somebody else; null: nothing is asked. */
export const assignRequest = createStore<FollowUp | null>(null);
