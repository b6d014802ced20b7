import { dates } from "@/i18n/en/dates";

/** Words of dates and times in the page's language: beside `t`, so that they are loaded with what reads them. */
export const words: typeof dates = dates;
