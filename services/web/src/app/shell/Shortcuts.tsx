import { Kbd, Table } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { isShortcutBlocked } from "@/hooks/isShortcutBlocked";
import { allowed, WORK } from "@/app/shell/navigation";
import { pressOnRow, rowKeys } from "@/app/shell/rowNavigation";
import { createStore } from "@/hooks/store";
import { Dialog } from "@/components/Dialog";
import { openForm } from "@/features/followups";
import { useMe } from "@/api/session";
import { t } from "@/i18n";

export const keysShown = createStore(false);

const SEQUENCE_MS = 1_000;
/** Not 0: that is when the page was opened, a moment ago perhaps. */
const NEVER = -Infinity;

/** Keys, and what they do. */
type Row = [string[], string];

const WALK: Row[] = [
  [["j"], t.keys.next],
  [["k"], t.keys.previous],
];
const EDIT: Row[] = [[["e"], t.keys.edit]];
const COMPLETE: Row[] = [
  [["d"], t.keys.complete],
  [["o"], t.keys.completeWith],
];
const SELECT: Row[] = [
  [["x"], t.keys.select],
  [[t.keys.shift, "x"], t.keys.selectTo],
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
  const rows: Row[] = [
    [["c"], t.keys.create],
    [["/"], t.keys.search],
    ...(here.walk ? WALK : []),
    ...(here.edit ? EDIT : []),
    ...(here.complete ? COMPLETE : []),
    ...(here.select ? SELECT : []),
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
    </Dialog>
  );
}

function useShortcutKeys(): void {
  const navigate = useNavigate();
  const { permissions } = useMe();
  const goPressed = useRef(NEVER);
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (isShortcutBlocked(event)) return;
      const going = event.timeStamp - goPressed.current < SEQUENCE_MS;
      goPressed.current = NEVER;
      const destination = going && allowed(WORK, permissions).find(({ hotkey }) => hotkey === event.key);
      if (destination) void navigate(destination.to);
      else if (event.key === "g") goPressed.current = event.timeStamp;
      else if (event.key === "c") openForm({});
      else if (event.key === "?") keysShown.set(true);
      else if (event.key === "/") void focusSearch(() => navigate("/followups"));
      else if (!pressOnRow(event.key)) return;
      event.preventDefault();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [navigate, permissions]);
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
