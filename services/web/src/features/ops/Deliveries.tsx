import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { IconMailCheck, IconPlugConnectedX } from "@tabler/icons-react";
import type { DeliveriesSummary, OpsDelivery } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Message } from "@/components/Message";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { useRetryDelivery } from "@/features/ops/mutations";
import { deliveriesSummaryQuery, failedDeliveriesQuery } from "@/features/ops/queries";
import { QueryContent } from "@/features/ops/QueryContent";
import { number, t } from "@/i18n";
import { words } from "@/i18n/ops";
import classes from "./Deliveries.module.css";

const COUNTS = ["queued", "sending", "unknown", "failed", "expired"] as const;

/** What leaves the house: how it goes by each channel, which places fail, and what was given up. */
export function Deliveries() {
  const summary = useQuery(deliveriesSummaryQuery);
  return (
    <div className={classes.parts}>
      <QueryContent query={summary} height={120}>
        {(found) => <Summary {...found} />}
      </QueryContent>
      <section aria-label={words.ops.failedDeliveries}>
        <h2 className={classes.title}>{words.ops.failedDeliveries}</h2>
        <Failed />
      </section>
    </div>
  );
}

function Summary({ channels, circuits }: DeliveriesSummary) {
  if (channels.length === 0) {
    return <EmptyState icon={IconMailCheck} title={words.ops.noChannels} text={words.ops.noChannelsText} />;
  }
  return (
    <>
      {channels.map(({ channel, problem, problem_since: since }) =>
        problem && since ? (
          <p key={channel} className={classes.problem} role="status">
            <IconPlugConnectedX size={20} aria-hidden />
            <span>
              <Message text={words.ops.unreachable(words.ops.channels[channel], problem)} parts={{ ago: <RelativeTime at={since} as="ago" /> }} />
            </span>
          </p>
        ) : null,
      )}
      <Counts channels={channels} />
      {circuits.length > 0 && (
        <section aria-label={words.ops.circuits}>
          <h2 className={classes.title}>{words.ops.circuits}</h2>
          <ul className={classes.list}>
            {circuits.map((circuit) => (
              <li key={`${circuit.channel} ${circuit.target}`}>
                <span className={classes.reason}>{circuit.target}</span>
                <span className={classes.facts}>
                  <span>{circuit.problem}</span>
                  <span>
                    <Message text={words.ops.failsSince} parts={{ ago: <RelativeTime at={circuit.opened_at} as="ago" /> }} />
                  </span>
                  <span>
                    <Message text={words.ops.triedAgain} parts={{ at: <RelativeTime at={circuit.retry_at} as="onCalendar" /> }} />
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const COLUMNS = [
  { name: words.ops.channel },
  ...COUNTS.map((name) => ({ name: words.ops.deliveryStates[name], end: true })),
  { name: words.ops.oldestDue, end: true },
];

function Counts({ channels }: Pick<DeliveriesSummary, "channels">) {
  return (
    <StackedTable verticalSpacing={6} columns={COLUMNS} className="numbers" aria-label={words.ops.byChannel}>
      {channels.map((each) => (
        <StackedRow key={each.channel}>
          <Cell fw={560}>{words.ops.channels[each.channel]}</Cell>
          {COUNTS.map((name) => (
            <Cell key={name} of={words.ops.deliveryStates[name]} end>
              {number(each[name])}
            </Cell>
          ))}
          <Cell of={words.ops.oldestDue} end>
            {each.oldest_due_at ? <RelativeTime at={each.oldest_due_at} as="ago" /> : words.ops.noneDue}
          </Cell>
        </StackedRow>
      ))}
    </StackedTable>
  );
}

function Failed() {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(failedDeliveriesQuery);
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <RowsSkeleton rows={3} height={56} />;
  const found = data.pages.flatMap(({ items }) => items);
  if (found.length === 0) return <p className={classes.none}>{words.ops.nothingFailed}</p>;
  return (
    <>
      <ul className={classes.list} aria-label={words.ops.failedDeliveries}>
        {found.map((each) => (
          <FailedItem key={each.id} {...each} />
        ))}
      </ul>
      {hasNextPage && (
        <Button mt="md" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showMore}
        </Button>
      )}
    </>
  );
}

function FailedItem({ id, reason, address, user, attempts, ended_at: at }: OpsDelivery) {
  const retry = useRetryDelivery();
  return (
    <li className={classes.item}>
      <span className={classes.said}>
        <span className={classes.reason}>{reason ?? words.ops.noReason}</span>
        <span className={classes.facts}>
          <span>{user.name}</span>
          {address && <span>{address}</span>}
          <span>{words.ops.attempts(attempts)}</span>
          {at && <RelativeTime at={at} as="ago" />}
        </span>
      </span>
      <Button size="xs" variant="default" loading={retry.isPending} onClick={() => retry.mutate(id)} aria-label={words.ops.retryTo(user.name)}>
        {words.ops.retry}
      </Button>
    </li>
  );
}
