import { comments } from "@/i18n/en/comments";

/** What is said of comments, in the page's language: beside `t`, so that it is loaded with them. */
export const words: typeof comments = comments;
