import { sequences } from "@/i18n/en/sequences";

/** What is said of sequences, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof sequences = sequences;
