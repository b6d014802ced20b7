import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";

/** Whose row had the focus last, and where it was. */
interface Place {
  row: Element;
  index: number;
}

/** When the row that has the focus is no more, the one that takes its place gets it, else the one before. */
export function useKeepFocus(root: RefObject<HTMLElement | null>): void {
  const last = useRef<Place | null>(null);
  useEffect(() => {
    const note = ({ target }: Event) => {
      const row = target instanceof Element ? target.closest("li[data-index]") : null;
      // A menu or a dialog of a row is drawn elsewhere: what opened it stays the last.
      if (row && root.current?.contains(row)) last.current = { row, index: indexOf(row) };
      else if (target instanceof Element && !target.closest("[role=dialog], [role=menu]")) last.current = null;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, [root]);
  useLayoutEffect(() => {
    const place = last.current;
    if (!place || place.row.isConnected || document.activeElement !== document.body) return;
    last.current = null;
    const rows = [...(root.current?.querySelectorAll("li[data-index]") ?? [])].filter(focusable);
    const next = rows.find((row) => indexOf(row) >= place.index) ?? rows.at(-1);
    if (next) focusable(next)?.focus({ preventScroll: true });
  });
}

const indexOf = (row: Element) => Number((row as HTMLElement).dataset.index);
const focusable = (row: Element) => row.querySelector<HTMLElement>("a[href]");
