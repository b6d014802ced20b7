import { palette } from "@/i18n/en/palette";

/** What the palette says, in the page's language: beside `t`, so that it is loaded with it. */
export const words: typeof palette = palette;
