import { ops } from "@/i18n/en/ops";

/** What the pages of ops say, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof ops = ops;
