import { rules } from "@/i18n/en/rules";

/** What is said about rules of notification, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof rules = rules;
