import { planner } from "@/i18n/en/planner";

/** What is said of the calendar of follow-ups, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof planner = planner;
