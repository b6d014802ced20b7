import { accounts } from "@/i18n/en/accounts";

/** What is said about getting in by a link, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof accounts = accounts;
