import { feeds } from "@/i18n/en/feeds";

/** What is said about reading follow-ups in a calendar program, beside `t`, so that it is loaded with it. */
export const words: typeof feeds = feeds;
