import { Button, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import type { Sweep } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { SweepStatus } from "@/features/sweeps/SweepStatus";
import { isUnderWay, sweepsQuery, useStartSweep } from "@/features/sweeps/sweeps";
import { SweepProgress } from "@/features/sweeps/SweepProgress";

const COLUMNS = [
  { name: "Status" },
  { name: "Asked for" },
  { name: "By" },
  { name: "Took", end: true },
  { name: "Escalated", end: true },
  { name: "Notified", end: true },
  { name: "Failed", end: true },
];

const TRIGGERS = { schedule: "Schedule", manual: "By hand", cron: "Cron service" };

/** The passes over overdue follow-ups: start one, watch it, look back. */
export function Component() {
  const [watched, setWatched] = useState<number | null>(null);
  const start = useStartSweep(({ id }) => setWatched(id));
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(sweepsQuery);
  const sweeps = data?.pages.flatMap(({ items }) => items);
  const current = watched ?? sweeps?.find(isUnderWay)?.id ?? null;
  return (
    <Page
      title="Sweeps"
      actions={
        <Button leftSection={<IconPlayerPlay size={16} />} loading={start.isPending} onClick={() => start.mutate()}>
          Start a sweep
        </Button>
      }
    >
      <Text c="dimmed" maw={640} mb="md">
        A sweep finds every follow-up that has passed a step of its policy and tells who has to know. It runs by
        itself; start one when you do not want to wait.
      </Text>
      {current !== null && <SweepProgress key={current} id={current} />}
      {sweeps ? (
        sweeps.length > 0 ? (
          <History sweeps={sweeps} />
        ) : (
          <EmptyState icon={IconRefresh} title="No sweep has run yet" text="The first one runs within minutes." />
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={6} />
      )}
      {hasNextPage && (
        <Button mt="md" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </Page>
  );
}

function History({ sweeps }: { sweeps: readonly Sweep[] }) {
  return (
    <StackedTable verticalSpacing={9} highlightOnHover className="numbers" columns={COLUMNS} aria-label="Sweeps">
      {sweeps.map((sweep) => (
        <StackedRow key={sweep.id}>
          <Cell of="Status">
            <SweepStatus status={sweep.status} />
          </Cell>
          <Cell of="Asked for">
            <RelativeTime at={sweep.requested_at} as="ago" />
          </Cell>
          <Cell of="By">{TRIGGERS[sweep.trigger]}</Cell>
          <Cell of="Took" end>
            {took(sweep)}
          </Cell>
          <Cell of="Escalated" end>
            {sweep.escalated.toLocaleString("en")}
          </Cell>
          <Cell of="Notified" end>
            {sweep.notified.toLocaleString("en")}
          </Cell>
          <Cell of="Failed" end c={sweep.failed ? "var(--level-3)" : undefined} fw={sweep.failed ? 600 : undefined}>
            {sweep.failed.toLocaleString("en")}
          </Cell>
        </StackedRow>
      ))}
    </StackedTable>
  );
}

/** How long it ran, with as many digits as matter: "0.4 s", "12 s", "3 min 5 s". */
function took({ started_at: started, finished_at: finished }: Sweep): string {
  if (!started || !finished) return "–";
  const seconds = (Date.parse(finished) - Date.parse(started)) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
