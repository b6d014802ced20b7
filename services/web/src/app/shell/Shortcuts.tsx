import { Kbd, Table, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { isShortcutBlocked } from "@/hooks/isShortcutBlocked";
import { allowed, WORK } from "@/app/shell/navigation";
import { paletteContext, pressOnRow, rowKeys, type Verb } from "@/app/shell/rowNavigation";
import { createStore } from "@/hooks/store";
import { Dialog } from "@/components/Dialog";
import { undoLast } from "@/components/undo";
import { assignRequest, known, openForm, openHold, openMove, useHold } from "@/features/followups";
import { openPalette } from "@/features/palette";
import { useMay, useMe } from "@/api/session";
import { t } from "@/i18n";

export const keysShown = createStore(false);

const SEQUENCE_MS = 1_000;
/** Not 0: that is when the page was opened, a moment ago perhaps. */
const NEVER = -Infinity;

/** Keys, and what they do. */
type Row = [string[], string];

const WALK: Row[] = [
  [["j", "↓"], t.keys.next],
  [["k", "↑"], t.keys.previous],
];
const OPEN: Row[] = [[[t.keys.enter], t.keys.open]];
const EDIT: Row[] = [[["e"], t.keys.edit]];
const MOVE: Row[] = [
  [["r"], t.keys.reschedule],
  [[t.keys.shift, "r"], t.keys.rescheduleTyped],
];
const HOLD: Row[] = [
  [["i"], t.keys.acknowledge],
  [["h"], t.keys.snooze],
  [["w"], t.keys.wait],
];
const REASSIGN: Row[] = [[["a"], t.keys.reassign]];
const COMPLETE: Row[] = [
  [["d"], t.keys.complete],
  [["o"], t.keys.completeWith],
];
const SELECT: Row[] = [
  [["x"], t.keys.select],
  [[t.keys.shift, "x"], t.keys.selectTo],
  [[t.keys.shift, "j"], t.keys.extend],
  [["b"], t.keys.toSelection],
  [[t.keys.escape], t.keys.clear],
];

/** Keys that work on every page, unless somebody types or a dialog is open. */
export function Shortcuts() {
  const opened = keysShown.use();
  const { permissions } = useMe();
  useShortcutKeys();
  if (!opened) return null;
  const here = rowKeys();
  const mayReassign = permissions.includes("escalations:read");
  const rows: Row[] = [
    [["c"], t.keys.create],
    [["/"], t.keys.search],
    [[t.keys.control, "k"], t.palette.title],
    ...(here.walk ? [...WALK, ...OPEN] : []),
    ...(here.complete ? COMPLETE : []),
    ...(here.move ? [...MOVE, ...HOLD] : []),
    ...(here.move && mayReassign ? REASSIGN : []),
    ...(here.edit ? EDIT : []),
    ...(here.select ? SELECT : []),
    [["z"], t.keys.undo],
    [[t.keys.control, t.keys.enter], t.keys.save],
    ...allowed(WORK, permissions).map(({ hotkey, label }): Row => [
      ["g", hotkey ?? ""],
      t.keys.goTo(label),
    ]),
    [["?"], t.keys.show],
    [[t.keys.escape], t.common.close],
  ];
  return (
    <Dialog onClose={() => keysShown.set(false)} title={t.account.keys} size="sm">
      <Table withRowBorders={false} verticalSpacing={5}>
        <Table.Tbody>
          {rows.map(([keys, meaning]) => (
            <Table.Tr key={meaning}>
              <Table.Td pl={0}>{meaning}</Table.Td>
              <Table.Td pr={0} ta="right">
                {keys.map((key) => (
                  <Kbd key={key} ml={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {here.select && (
        <Text size="sm" c="dimmed" mt="sm">
          {t.keys.all}
        </Text>
      )}
    </Dialog>
  );
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
      if (isShortcutBlocked(event)) return;
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
      if (followUp?.status !== "open") return;
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
