import { useEffect, useRef } from "react";
import type { Preset } from "@/api/types";
import { takeTyped } from "@/features/followups/typedAhead";
import { isShortcutTyped } from "@/hooks/isShortcutBlocked";

/** Keys of times that have a name, the same wherever a time is asked for. */
export const PRESET_KEYS: Record<Preset, string> = {
  tomorrow: "t",
  monday: "m",
  in_3_working_days: "d",
  in_a_week: "w",
  in_a_month: "o",
};

interface Choice {
  at: string;
  hotkey: string;
}

/**
 * Takes a time by its key. Any other letter or digit begins a time that is typed: the field of it gets the focus.
 *
 * @param choices undefined until they are known: what is typed before is kept
 */
export function usePresetKeys(choices: readonly Choice[] | undefined, pick: ((at: string) => void) | undefined): void {
  const pressed = useRef<(key: string) => boolean>(() => false);
  useEffect(() => {
    pressed.current = (key) => {
      const choice = choices?.find(({ hotkey }) => hotkey === key);
      if (choice) pick?.(choice.at);
      else if (/^[\p{L}\d+]$/u.test(key)) document.querySelector<HTMLElement>("[role=dialog] [data-due]")?.focus();
      return choice !== undefined;
    };
  });
  const ready = choices !== undefined && pick !== undefined;
  useEffect(() => {
    if (!ready) return;
    const [first] = takeTyped();
    if (first !== undefined) pressed.current(first);
    const press = (event: KeyboardEvent) => {
      // What it chose may ask for a text, whose field has the focus at once: the key is no part of that.
      if (!isShortcutTyped(event) && pressed.current(event.key)) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [ready]);
}
