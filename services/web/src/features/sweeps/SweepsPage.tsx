import { Button, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import type { Sweep } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Help } from "@/components/Help";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { SweepStatus } from "@/features/sweeps/SweepStatus";
import { isUnderWay, sweepsQuery, useStartSweep } from "@/features/sweeps/sweeps";
import { SweepProgress } from "@/features/sweeps/SweepProgress";
import { number, t } from "@/i18n";
import { words } from "@/i18n/help";

const COLUMNS = [
  { name: t.sweeps.columns.status },
  { name: t.sweeps.columns.requested },
  { name: t.sweeps.columns.by },
  { name: t.sweeps.columns.took, end: true },
  { name: t.sweeps.columns.escalated, end: true },
  { name: t.sweeps.columns.notified, end: true },
  { name: t.sweeps.columns.failed, end: true },
];

/** The passes over overdue follow-ups: start one, watch it, look back. */
export function Component() {
  const [watched, setWatched] = useState<number | null>(null);
  const start = useStartSweep(({ id }) => setWatched(id));
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(sweepsQuery);
  const sweeps = data?.pages.flatMap(({ items }) => items);
  const current = watched ?? sweeps?.find(isUnderWay)?.id ?? null;
  return (
    <Page
      title={t.sweeps.title}
      aside={<Help of={t.sweeps.title}>{words.runs}</Help>}
      actions={
        <Button leftSection={<IconPlayerPlay size={16} />} loading={start.isPending} onClick={() => start.mutate()}>
          {t.sweeps.start}
        </Button>
      }
    >
      <Text c="dimmed" maw={640} mb="md">
        {t.sweeps.text}
      </Text>
      {current !== null && <SweepProgress key={current} id={current} />}
      {sweeps ? (
        sweeps.length > 0 ? (
          <History sweeps={sweeps} />
        ) : (
          <EmptyState icon={IconRefresh} title={t.sweeps.none} text={t.sweeps.noneText} />
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={6} />
      )}
      {hasNextPage && (
        <Button mt="md" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showEarlier}
        </Button>
      )}
    </Page>
  );
}

function History({ sweeps }: { sweeps: readonly Sweep[] }) {
  return (
    <StackedTable verticalSpacing={9} highlightOnHover className="numbers" columns={COLUMNS} aria-label={t.sweeps.title}>
      {sweeps.map((sweep) => (
        <StackedRow key={sweep.id}>
          <Cell of={t.sweeps.columns.status}>
            <SweepStatus status={sweep.status} />
          </Cell>
          <Cell of={t.sweeps.columns.requested}>
            <RelativeTime at={sweep.requested_at} as="ago" />
          </Cell>
          <Cell of={t.sweeps.columns.by}>{t.sweeps.triggers[sweep.trigger]}</Cell>
          <Cell of={t.sweeps.columns.took} end>
            {took(sweep)}
          </Cell>
          <Cell of={t.sweeps.columns.escalated} end>
            {number(sweep.escalated)}
          </Cell>
          <Cell of={t.sweeps.columns.notified} end>
            {number(sweep.notified)}
          </Cell>
          <Cell of={t.sweeps.columns.failed} end c={sweep.failed ? "var(--level-3)" : undefined} fw={sweep.failed ? 600 : undefined}>
            {number(sweep.failed)}
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
  if (seconds < 10) return t.time.seconds(seconds.toFixed(1));
  if (seconds < 60) return t.time.seconds(String(Math.round(seconds)));
  return t.time.both(t.time.minutes(Math.floor(seconds / 60)), t.time.seconds(String(Math.round(seconds % 60))));
}
