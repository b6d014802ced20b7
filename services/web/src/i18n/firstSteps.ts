import { firstSteps } from "@/i18n/en/firstSteps";

/** What the first steps say, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof firstSteps = firstSteps;
