/** What other parts of the page may use of the palette. */
import { later } from "@/components/later";

export { openPalette, paletteRequest } from "@/features/palette/paletteRequest";

export const Palette = later(() => import("@/features/palette/Palette"));
