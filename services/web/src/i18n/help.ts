import { help } from "@/i18n/en/help";

/** What words mean, in the page's language: beside `t`, so that it is loaded with the pages that have them. */
export const words: typeof help = help;
