/** What other parts of the page may use of the palette. */
import { laterDialog } from "@/components/later";

export { openPalette, paletteRequest } from "@/features/palette/paletteRequest";

export const Palette = laterDialog(() => import("@/features/palette/Palette"));
