import { people } from "@/i18n/en/people";

/** What the page of people says, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof people = people;
