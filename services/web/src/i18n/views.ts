import { views } from "@/i18n/en/views";

/** What is said of saved views, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof views = views;
