import { Kbd, Table, Text } from "@mantine/core";
import { useMe } from "@/api/session";
import { allowed, WORK } from "@/app/shell/navigation";
import { rowKeys } from "@/app/shell/rowNavigation";
import { Dialog } from "@/components/Dialog";
import { t } from "@/i18n";

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
    <Dialog onClose={close} title={t.account.keys} size="sm">
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
