import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, type RefObject } from "react";
import { openForm } from "@/features/followups/formRequest";
import type { Line } from "@/features/followups/sections";
import { useSelection } from "@/features/followups/SelectionProvider";

/** j and k walk through the list, e edits and x selects the follow-up that has the focus. */
export function useRowKeys(
  root: RefObject<HTMLElement | null>,
  lines: readonly Line[],
  virtualizer: Virtualizer<Window, Element>,
): void {
  const { toggle } = useSelection();
  useEffect(() => {
    function press(event: KeyboardEvent) {
      const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), textarea");
      if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
      if (document.querySelector("[role=dialog], [role=menu]")) return;
      const focused = document.activeElement?.closest<HTMLElement>("li[data-index]");
      const index = focused && root.current?.contains(focused) ? Number(focused.dataset.index) : -1;
      const line = lines[index];
      if (event.key === "j") move(next(lines, index, 1));
      else if (event.key === "k") move(next(lines, index, -1));
      else if (event.key === "e" && line?.kind === "followUp") openForm({ followUp: line.followUp });
      else if (event.key === "x" && line?.kind === "followUp") toggle(line.followUp);
      else return;
      event.preventDefault();
    }
    function move(index: number) {
      if (index < 0) return;
      virtualizer.scrollToIndex(index);
      requestAnimationFrame(() => {
        root.current?.querySelector<HTMLElement>(`li[data-index="${index}"] [data-title]`)?.focus();
      });
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [root, lines, virtualizer, toggle]);
}

/** Index of the next follow-up from a line, over headings; -1 when there is none. */
function next(lines: readonly Line[], from: number, step: 1 | -1): number {
  for (let index = from + step; index >= 0 && index < lines.length; index += step) {
    if (lines[index]?.kind === "followUp") return index;
  }
  return -1;
}
