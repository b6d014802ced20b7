import { outcomes } from "@/i18n/en/outcomes";

/** What the page of outcomes says, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof outcomes = outcomes;
