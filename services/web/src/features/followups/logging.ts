import type { FollowUp } from "@/api/types";
import { createStore } from "@/hooks/store";

/** About which follow-up a call or a note is to be logged; null: about none. */
export const logRequest = createStore<Pick<FollowUp, "id" | "title"> | null>(null);
