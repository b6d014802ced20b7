import { team } from "@/i18n/en/team";

/** What the team view says, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof team = team;
