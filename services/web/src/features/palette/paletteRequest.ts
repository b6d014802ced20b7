import { createStore } from "@/hooks/store";
import { keepTyping, takeTyped } from "@/features/followups";

/** What is in focus where the palette is opened. */
export interface PaletteRequest {
  /** The follow-up in focus, or the one that the page is about. */
  followUpId: number | null;
  /** Buttons of what is selected, while that is more than the row in focus. */
  selected: readonly HTMLElement[];
}

/** null: it is closed. */
export const paletteRequest = createStore<PaletteRequest | null>(null);

export function openPalette(request: PaletteRequest): void {
  keepTyping();
  paletteRequest.set(request);
}

export function closePalette(): void {
  takeTyped();
  paletteRequest.set(null);
}
