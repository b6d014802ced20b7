import { Button, Fieldset, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { HandOver } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Message } from "@/components/Message";
import { RelativeTime } from "@/components/RelativeTime";
import { handOversQuery, useUndoHandOver } from "@/features/handovers/handovers";
import { t } from "@/i18n";
import { words } from "@/i18n/handovers";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";

/** What went from or to a person and can still be undone, or goes back on a day; nothing where there is none. */
export function RecentHandOvers({ person }: { person: number }) {
  const { data } = useQuery(handOversQuery(person));
  const shown = (data?.items ?? []).filter((each) => each.ended_at === null && (undoable(each) || each.until !== null));
  if (shown.length === 0) return null;
  return (
    <Fieldset legend={words.recent}>
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
        {shown.map((each) => (
          <Row key={each.id} handOver={each} person={person} />
        ))}
      </Stack>
    </Fieldset>
  );
}

function undoable({ undoable_until: until }: HandOver): boolean {
  return Date.parse(until) > now();
}

function Row({ handOver, person }: { handOver: HandOver; person: number }) {
  const undo = useUndoHandOver();
  const { from, to, number, until, actor, created_at: at } = handOver;
  const what = from.id === person ? words.given(number, isolate(to.name)) : words.got(number, isolate(from.name));
  return (
    <Group component="li" justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm" fw={560}>
          {what}
        </Text>
        <Text size="xs" c="dimmed">
          {until === null ? words.forGood : words.untilDay(plainDay(until, now()))}{" "}
          <Message text={words.by} parts={{ name: isolate(actor.name), ago: <RelativeTime at={at} as="ago" /> }} />
        </Text>
      </div>
      {undoable(handOver) && (
        <Button
          size="compact-sm"
          variant="default"
          flex="none"
          aria-label={words.undoNamed(what)}
          loading={undo.isPending}
          onClick={() => undo.mutate(handOver)}
        >
          {t.common.undo}
        </Button>
      )}
    </Group>
  );
}
