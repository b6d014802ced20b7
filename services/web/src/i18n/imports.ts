import { imports } from "@/i18n/en/imports";

/** What the pages of imports say, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof imports = imports;
