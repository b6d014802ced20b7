import { Kbd, Table, Text } from "@mantine/core";
import { Fragment } from "react";
import { useMe } from "@/api/session";
import { allowed, WORK } from "@/app/shell/navigation";
import { rowKeys } from "@/app/shell/rowNavigation";
import { Dialog } from "@/components/Dialog";
import { t } from "@/i18n";
import { words as planner } from "@/i18n/planner";

/** Keys, what they do, and how they are pressed: together, unless it says one after the other or either. */
type Row = [string[], string, ("then" | "or")?];

const WALK: Row[] = [
  [["j", "↓"], t.keys.next, "or"],
  [["k", "↑"], t.keys.previous, "or"],
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
const CARRY: Row[] = [
  [[planner.keys.space], planner.keys.carry],
  [["←", "↑", "→", "↓"], planner.keys.choose, "or"],
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

/** Shows the keys that work here. */
export default function KeysDialog({ close }: { close: () => void }) {
  const { permissions } = useMe();
  const here = rowKeys();
  const mayReassign = permissions.includes("escalations:read");
  const rows: Row[] = [
    [["c"], t.keys.create],
    [["/"], t.keys.search],
    [[t.keys.control, "k"], t.shell.palette],
    ...(here.walk ? [...WALK, ...OPEN] : []),
    ...(here.complete ? COMPLETE : []),
    ...(here.move ? [...MOVE, ...HOLD] : []),
    ...(here.carry ? CARRY : []),
    ...(here.move && mayReassign ? REASSIGN : []),
    ...(here.edit ? EDIT : []),
    ...(here.select ? SELECT : []),
    [["z"], t.keys.undo],
    [[t.keys.control, t.keys.enter], t.keys.save],
    ...allowed(WORK, permissions).map(({ hotkey, label }): Row => [
      ["g", hotkey ?? ""],
      t.keys.goTo(label),
      "then",
    ]),
    [["?"], t.keys.show],
    [[t.keys.escape], t.common.close],
  ];
  return (
    <Dialog onClose={close} title={t.account.keys} size="sm">
      <Table withRowBorders={false} verticalSpacing={5}>
        <Table.Tbody>
          {rows.map(([keys, meaning, how]) => (
            <Table.Tr key={meaning}>
              <Table.Td pl={0}>{meaning}</Table.Td>
              <Table.Td pr={0} ta="right" style={{ whiteSpace: "nowrap" }}>
                {keys.map((key, at) => (
                  <Fragment key={key}>
                    {at > 0 && <Text span size="xs" c="dimmed" mx={4}>{how ? t.keys[how] : "+"}</Text>}
                    <Kbd>{key}</Kbd>
                  </Fragment>
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
