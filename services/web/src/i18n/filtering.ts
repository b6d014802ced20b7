import { filtering } from "@/i18n/en/filtering";

/** What the fields say that narrow and order lists, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof filtering = filtering;
