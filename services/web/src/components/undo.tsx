import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { done, working } from "@/components/toasts";
import { t } from "@/i18n";

/** A change that can be taken back, perhaps before the API has answered. */
interface Change {
  /** Of its message: one at a time says what became of it. */
  id: string;
  message: string;
  /** Takes it back; null until it is done. */
  undo: (() => void) | null;
  /** A key asked to take it back before it was done. */
  wanted: boolean;
}

const MOST = 50;
/** The latest last. */
const changes: Change[] = [];
let begun = 0;

/** A change has begun: the key that undoes means this one from now on. */
export function expectUndo(): Change {
  const change: Change = { id: `change-${++begun}`, message: "", undo: null, wanted: false };
  changes.push(change);
  changes.splice(0, changes.length - MOST);
  return change;
}

/** It failed, or was taken back otherwise. */
export function forgetUndo(change: Change | undefined): void {
  if (!change) return;
  if (changes.includes(change)) changes.splice(changes.indexOf(change), 1);
  if (change.wanted) notifications.hide(change.id);
}

/**
 * Says that something is done, with a way back.
 *
 * @param undo takes it back; it fails, or gives false, when it has said itself what became of it
 * @param change as `expectUndo` gave it when it began
 */
export function withUndo(message: string, undo: () => Promise<unknown>, change = expectUndo()): void {
  const { id } = change;
  function takeBack() {
    change.wanted = false;
    forgetUndo(change);
    working(id, t.changes.takingBack(message));
    const otherwise = () => notifications.hide(id);
    void undo().then((told) => (told === false ? otherwise() : done(t.changes.takenBack(message), id)), otherwise);
  }
  change.message = message;
  change.undo = takeBack;
  if (change.wanted) takeBack();
  else done(<Undoable message={message} takeBack={takeBack} />, id);
}

function Undoable({ message, takeBack }: { message: string; takeBack: () => void }) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm">
      <Text size="sm" lineClamp={3}>
        {message}
      </Text>
      <Button size="compact-sm" variant="light" flex="none" onClick={takeBack}>
        {t.common.undo}
      </Button>
    </Group>
  );
}

/** Takes back the latest change of this page, and says so; false: there is none. */
export function undoLast(): boolean {
  const change = changes.pop();
  if (!change) return false;
  if (change.undo) change.undo();
  else {
    change.wanted = true;
    working(change.id, t.changes.takingBackLast);
  }
  return true;
}
