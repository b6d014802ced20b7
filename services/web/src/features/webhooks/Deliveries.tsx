import { Button, ScrollArea, Skeleton, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { IconChevronRight, IconSend } from "@tabler/icons-react";
import { useId, useState } from "react";
import type { WebhookDelivery, WebhookDeliveryDetail } from "@/api/types";
import { Badge } from "@/components/Badge";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Message } from "@/components/Message";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { useReplay } from "@/features/webhooks/mutations";
import { deliveriesQuery, deliveryQuery } from "@/features/webhooks/queries";
import { t } from "@/i18n";
import { words } from "@/i18n/webhooks";
import classes from "./Webhooks.module.css";

/** What was sent to a webhook, or is to be, the newest first. */
export function Deliveries({ webhook }: { webhook: number }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(deliveriesQuery(webhook));
  if (!data) return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <RowsSkeleton rows={4} />;
  const deliveries = data.pages.flatMap(({ items }) => items);
  if (deliveries.length === 0) return <EmptyState icon={IconSend} title={words.nothing} text={words.nothingText} compact />;
  return (
    <>
      <ul className={classes.deliveries} aria-labelledby="sent">
        {deliveries.map((delivery) => (
          <Delivery key={delivery.id} webhook={webhook} delivery={delivery} />
        ))}
      </ul>
      {hasNextPage && (
        <Button mt="md" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showEarlier}
        </Button>
      )}
    </>
  );
}

interface Props {
  webhook: number;
  delivery: WebhookDelivery;
}

const TONES = {
  queued: "quiet",
  sending: "quiet",
  unknown: "warning",
  sent: "good",
  failed: "alarm",
  suppressed: "quiet",
  expired: "alarm",
} as const;

/** One event on its way; opened, it shows its tries and what it says. */
function Delivery({ webhook, delivery }: Props) {
  const [opened, setOpened] = useState(false);
  const panel = useId();
  const { event_type: type, state, attempts, created_at: at, next_at: next, reason } = delivery;
  return (
    <li className={classes.delivery}>
      <button
        type="button"
        className={classes.summary}
        aria-expanded={opened}
        aria-controls={opened ? panel : undefined}
        onClick={() => setOpened(!opened)}
      >
        <IconChevronRight size={16} className={classes.chevron} aria-hidden />
        <span className={classes.words}>
          <span className={classes.type}>{wordOf(type)}</span>
          <Badge tone={TONES[state]}>{words.delivery[state]}</Badge>
          <span className={classes.aside}>
            <RelativeTime at={at} as="ago" />
            {attempts > 0 && <span>{words.tries(attempts)}</span>}
            {next && attempts > 0 && state !== "sending" && <Next at={next} />}
          </span>
          {reason && <span className={classes.reason}>{reason}</span>}
        </span>
      </button>
      {opened && (
        <div id={panel} className={classes.panel}>
          <Details webhook={webhook} id={delivery.id} />
        </div>
      )}
    </li>
  );
}

/** Later versions may have other types: those are called as the API does. */
function wordOf(type: string): string {
  const known: Record<string, string> = words.types;
  return known[type] ?? type;
}

function Next({ at }: { at: string }) {
  return (
    <span>
      <Message text={words.again} parts={{ when: <RelativeTime at={at} as="onCalendar" /> }} />
    </span>
  );
}

function Details({ webhook, id }: { webhook: number; id: string }) {
  const { data, error, refetch } = useQuery(deliveryQuery(webhook, id));
  const replay = useReplay(webhook, id);
  if (!data) return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <Skeleton h={120} />;
  const ended = data.ended_at !== null;
  return (
    <>
      <Tries delivery={data} />
      <Text size="sm" c="dimmed" mt="xs">
        {words.event} <code>{data.event_id}</code>
      </Text>
      <ScrollArea.Autosize mah={240} my="xs" viewportProps={{ tabIndex: 0, role: "region", "aria-label": words.data }}>
        <pre className={classes.payload}>{JSON.stringify(data.data, null, 2)}</pre>
      </ScrollArea.Autosize>
      <Button size="xs" variant="default" disabled={!ended} loading={replay.isPending} onClick={() => replay.mutate()}>
        {words.replay}
      </Button>
    </>
  );
}

function Tries({ delivery: { tries } }: { delivery: WebhookDeliveryDetail }) {
  if (tries.length === 0) return <Text size="sm">{words.noTries}</Text>;
  return (
    <ol className={classes.tries} aria-label={words.log}>
      {tries.map(({ number, began_at: at, answer }) => (
        <li key={number}>
          <RelativeTime at={at} as="calendar" className={classes.at} /> <span>{answer ?? words.noAnswer}</span>
        </li>
      ))}
    </ol>
  );
}
