import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck } from "@tabler/icons-react";
import { CLOSE, done } from "@/components/toasts";
import { t } from "@/i18n";

/** A change that can be taken back, perhaps before the API has answered. */
interface Change {
  message: string;
  /** Takes it back; null until it is done. */
  undo: (() => void) | null;
  /** A key asked to take it back before it was done. */
  wanted: boolean;
}

const MOST = 50;
/** The latest last. */
const changes: Change[] = [];

/** A change has begun: the key that undoes means this one from now on. */
export function expectUndo(): Change {
  const change: Change = { message: "", undo: null, wanted: false };
  changes.push(change);
  changes.splice(0, changes.length - MOST);
  return change;
}

/** It failed, or was taken back otherwise. */
export function forgetUndo(change: Change | undefined): void {
  if (change && changes.includes(change)) changes.splice(changes.indexOf(change), 1);
}

/** Says that something is done, with a way back. @param change as `expectUndo` gave it when it began */
export function withUndo(message: string, undo: () => void, change = expectUndo()): void {
  function takeBack() {
    notifications.hide(id);
    forgetUndo(change);
    undo();
  }
  const id = notifications.show({
    ...CLOSE,
    icon: <IconCheck size={16} />,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" lineClamp={2}>
          {message}
        </Text>
        <Button size="compact-sm" variant="light" flex="none" onClick={takeBack}>
          {t.common.undo}
        </Button>
      </Group>
    ),
  });
  change.message = message;
  change.undo = takeBack;
  if (change.wanted) takeBack();
}

/** Takes back the latest change of this page, and says so; false: there is none. */
export function undoLast(): boolean {
  const change = changes.pop();
  if (!change) return false;
  done(change.message ? t.changes.takingBack(change.message) : t.changes.takingBackLast);
  if (change.undo) change.undo();
  else change.wanted = true;
  return true;
}
