import { calendars } from "@/i18n/en/calendars";

/** What the pages of calendars say, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof calendars = calendars;
