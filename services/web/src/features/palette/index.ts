/** What other parts of the page may use of the palette. */
import { lazy } from "react";

export { openPalette, paletteRequest } from "@/features/palette/paletteRequest";

export const loadPalette = () => import("@/features/palette/Palette");
export const Palette = lazy(loadPalette);
