import { handovers } from "@/i18n/en/handovers";

/** What is said about handing work over, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof handovers = handovers;
