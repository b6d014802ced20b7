import { merging } from "@/i18n/en/merging";

/** What is said about merging leads and clients, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof merging = merging;
