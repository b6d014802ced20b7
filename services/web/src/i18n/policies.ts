import { policies } from "@/i18n/en/policies";

/** What the pages of policies say, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof policies = policies;
