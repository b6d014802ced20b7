import { en } from "@/i18n/en";

export { atLeast, DATE_LANGUAGES, money, number } from "@/i18n/intl";

/** What a catalogue of another language has to say. */
export type Catalogue = typeof en;

/** All that the page says, in its language. */
export const t: Catalogue = en;
