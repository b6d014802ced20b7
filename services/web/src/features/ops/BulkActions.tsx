import { Button, Group } from "@mantine/core";
import { IconRepeat, IconTrash } from "@tabler/icons-react";
import { useReplay, type Discarded } from "@/features/ops/mutations";
import { words } from "@/i18n/ops";

/** What nobody could read can be discarded only. */
const UNREADABLE = "unreadable";

interface Props {
  type: string;
  amount: number;
  /** When the newest one that is shown failed last; null: not all are shown. */
  upTo: string | null;
  discard: (target: Discarded) => void;
}

/** For all dead letters of a type at once. */
export function BulkActions({ type, amount, upTo, discard }: Props) {
  const replay = useReplay();
  if (amount === 0) return null;
  return (
    <Group gap="xs" role="group" aria-label={words.ops.allOfType}>
      {type !== UNREADABLE && (
        <Button
          variant="light"
          leftSection={<IconRepeat size={16} />}
          loading={replay.isPending}
          onClick={() => replay.mutate({ type })}
        >
          {words.ops.replayAll(amount)}
        </Button>
      )}
      {upTo && (
        <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => discard({ type, upTo })}>
          {words.ops.discardAll(amount)}
        </Button>
      )}
    </Group>
  );
}
