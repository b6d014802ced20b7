import { destinations } from "@/i18n/en/destinations";

/** What the list of one's destinations says, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof destinations = destinations;
