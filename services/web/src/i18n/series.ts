import { series } from "@/i18n/en/series";

/** What is said about follow-ups that repeat, in the page's language: beside `t`, so that it is loaded with their form. */
export const words: typeof series = series;
