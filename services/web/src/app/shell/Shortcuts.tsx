import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { isShortcutBlocked } from "@/hooks/isShortcutBlocked";
import { allowed, WORK } from "@/app/shell/navigation";
import { paletteContext, pressOnRow, type Verb } from "@/app/shell/rowNavigation";
import { later } from "@/components/later";
import { createStore } from "@/hooks/store";
import { undoLast } from "@/components/undo";
import { assignRequest, known, openForm, openHold, openMove, useHold } from "@/features/followups";
import { openPalette } from "@/features/palette";
import { useMay, useMe } from "@/api/session";

export const keysShown = createStore(false);

const KeysDialog = later(() => import("@/app/shell/KeysDialog"));

const SEQUENCE_MS = 1_000;
/** Not 0: that is when the page was opened, a moment ago perhaps. */
const NEVER = -Infinity;

/** Keys that work on every page, unless somebody types or a dialog is open. */
export function Shortcuts() {
  const opened = keysShown.use();
  useShortcutKeys();
  return opened && <KeysDialog close={() => keysShown.set(false)} />;
}

function useShortcutKeys(): void {
  const navigate = useNavigate();
  const { permissions } = useMe();
  const ask = useVerbs();
  const goPressed = useRef(NEVER);
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (opensPalette(event)) {
        event.preventDefault(); // the browser has something of its own
        if (!document.querySelector("[role=dialog]")) openPalette(paletteContext());
        return;
      }
      if (isShortcutBlocked(event) || (event.key === "d" && event.repeat)) return; // no list by one long press
      const going = event.timeStamp - goPressed.current < SEQUENCE_MS;
      goPressed.current = NEVER;
      const destination = going && allowed(WORK, permissions).find(({ hotkey }) => hotkey === event.key);
      if (destination) void navigate(destination.to);
      else if (event.key === "g") goPressed.current = event.timeStamp;
      else if (event.key === "c") openForm({});
      else if (event.key === "?") keysShown.set(true);
      else if (event.key === "/") void focusSearch(() => navigate("/followups"));
      else if (event.key === "z") undoLast();
      else if (!pressOnRow(event, ask)) return;
      event.preventDefault();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [navigate, permissions, ask]);
}

/** Opens the dialog of a verb for the follow-up in focus, if it is open and one may. */
function useVerbs() {
  const cache = useQueryClient();
  const mayReassign = useMay("escalations:read");
  const { mutate: acknowledge } = useHold();
  return useCallback(
    (verb: Verb, id: number) => {
      const followUp = known(cache, id);
      if (followUp?.status !== "open" || !followUp.may_change) return;
      if (verb === "acknowledge") {
        if (!followUp.acknowledged_by) acknowledge({ followUp, action: verb });
      } else if (verb === "snooze" || verb === "wait") openHold(followUp, verb);
      else if (verb !== "reassign") openMove({ followUp, typing: verb === "rescheduleTyped" });
      else if (mayReassign) assignRequest.set(followUp);
    },
    [cache, mayReassign, acknowledge],
  );
}

/** Ctrl+K, or Cmd+K, wherever one types. */
function opensPalette({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "k" && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

async function focusSearch(goToSearch: () => void | Promise<void>): Promise<void> {
  const field = () => document.querySelector<HTMLInputElement>("input[data-search]");
  if (!field()) {
    await goToSearch();
    await new Promise(requestAnimationFrame);
  }
  field()?.select();
  field()?.focus();
}
