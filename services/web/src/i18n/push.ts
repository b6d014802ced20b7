import { push } from "@/i18n/en/push";

/** What is said about being told in a browser, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof push = push;
