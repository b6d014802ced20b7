import { useEffect, type RefObject } from "react";
import { isShortcutBlocked } from "@/hooks/isShortcutBlocked";

/** `b` goes to the bar and Escape clears the selection, unless somebody types or something else is open. */
export function useBarKeys(bar: RefObject<HTMLElement | null>, clear: () => void): void {
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (!bar.current || isShortcutBlocked(event)) return;
      if (event.key === "Escape") clear();
      else if (event.key === "b") bar.current.querySelector("button")?.focus();
      else return;
      event.preventDefault();
    }
    // Before a menu or a dialog hears of it: one that Escape has closed would no longer be seen to be open.
    // Dialogs listen at the window too, and later than this, which is there with the page.
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, [bar, clear]);
}

/** Tells the page how high the bar is (`--bulk-bar`), so that messages come above it and lists end above it. */
export function useRoomForBar(bar: RefObject<HTMLElement | null>, shown: boolean): void {
  useEffect(() => {
    const { style } = document.documentElement;
    if (!shown || !bar.current) return;
    const watch = new ResizeObserver(([entry]) =>
      style.setProperty("--bulk-bar", `${Math.ceil(entry?.borderBoxSize[0]?.blockSize ?? 0)}px`),
    );
    watch.observe(bar.current);
    return () => {
      watch.disconnect();
      style.removeProperty("--bulk-bar");
    };
  }, [bar, shown]);
}
