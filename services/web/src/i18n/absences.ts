import { absences } from "@/i18n/en/absences";

/** What is said about being away, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof absences = absences;
