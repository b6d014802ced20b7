import { Button, Group, ScrollArea, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import type { DeadLetter } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { RelativeTime } from "@/components/RelativeTime";
import { useReplay, type Discarded } from "@/features/ops/mutations";
import { deadLetterQuery } from "@/features/ops/queries";
import { words } from "@/i18n/ops";
import classes from "./DeadLetterRow.module.css";

interface Props {
  letter: DeadLetter;
  discard: (target: Discarded) => void;
}

/** One event that was given up; opened, it shows what it carries. */
export function DeadLetterRow({ letter, discard }: Props) {
  const [opened, setOpened] = useState(false);
  const panel = useId();
  const { type, subject, reason, attempts, last_failed_at: at } = letter;
  return (
    <li className={classes.letter}>
      <button
        type="button"
        className={classes.summary}
        aria-expanded={opened}
        aria-controls={opened ? panel : undefined}
        onClick={() => setOpened(!opened)}
      >
        <IconChevronRight size={16} className={classes.chevron} aria-hidden />
        <span className={classes.words}>
          <span className={classes.reason}>{reason || words.ops.noReason}</span>
          <span className={classes.facts}>
            <span>{type}</span>
            {subject && <span>{subject}</span>}
            <span>{words.ops.attempts(attempts)}</span>
            <RelativeTime at={at} as="ago" />
          </span>
        </span>
      </button>
      {opened && (
        <div id={panel} className={classes.panel}>
          <Details letter={letter} discard={discard} />
        </div>
      )}
    </li>
  );
}

function Details({ letter, discard }: Props) {
  const { data, error, refetch } = useQuery(deadLetterQuery(letter.id));
  const replay = useReplay();
  if (!data) {
    return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <Skeleton h={120} />;
  }
  const { id, source, created_at: created, first_failed_at: first, payload, replayable } = data;
  return (
    <>
      <dl className={classes.details}>
        <dt>{words.ops.event}</dt>
        <dd>
          <code>{id}</code>
        </dd>
        <dt>{words.ops.from}</dt>
        <dd>{source}</dd>
        <dt>{words.ops.cameUp}</dt>
        <dd>
          <RelativeTime at={created} as="calendar" />
        </dd>
        {first && (
          <>
            <dt>{words.ops.failedFirst}</dt>
            <dd>
              <RelativeTime at={first} as="calendar" />
            </dd>
          </>
        )}
      </dl>
      <ScrollArea.Autosize mah={320} mb="sm" viewportProps={{ tabIndex: 0, role: "region", "aria-label": words.ops.payload }}>
        <pre className={classes.payload}>{JSON.stringify(payload, null, 2)}</pre>
      </ScrollArea.Autosize>
      {!replayable && (
        <Text size="sm" mb="xs">
          {words.ops.notReplayable(data.not_replayable_because ?? "")}
        </Text>
      )}
      <Group gap="xs">
        {replayable && (
          <Button size="xs" loading={replay.isPending} onClick={() => replay.mutate({ letter })}>
            {words.ops.replay}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => discard({ letter })}>
          {words.ops.discardAsk}
        </Button>
        {replayable && (
          <Text size="sm" c="dimmed">
            {words.ops.fixFirst}
          </Text>
        )}
      </Group>
    </>
  );
}
