import { closing } from "@/i18n/en/closing";

/** What the dialogs say that complete follow-ups, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof closing = closing;
