import { Anchor } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconRefresh } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Sweep } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { sweepsQuery, SweepStatus } from "@/features/sweeps";
import { SLOWER_MS } from "@/features/ops/queries";
import { t } from "@/i18n";
import classes from "./RecentSweeps.module.css";

const SHOWN = 6;

/** The last sweeps at a glance; their own page has the rest. */
export function RecentSweeps() {
  const { data, error, refetch } = useInfiniteQuery({ ...sweepsQuery, refetchInterval: SLOWER_MS });
  const sweeps = data?.pages[0]?.items.slice(0, SHOWN);
  if (!sweeps) {
    if (error) return <ErrorState error={error} retry={() => void refetch()} compact />;
    return <RowsSkeleton rows={1} height={150} />;
  }
  if (sweeps.length === 0) {
    return <EmptyState icon={IconRefresh} title={t.sweeps.none} text={t.sweeps.noneOps} compact />;
  }
  return (
    <>
      <ul className={classes.sweeps}>
        {sweeps.map((sweep) => (
          <Row key={sweep.id} {...sweep} />
        ))}
      </ul>
      <Anchor component={Link} to="/admin/sweeps">
        {t.sweeps.all}
      </Anchor>
    </>
  );
}

function Row({ status, requested_at: at, escalated, notified, failed }: Sweep) {
  return (
    <li className={classes.sweep}>
      <SweepStatus status={status} />
      <RelativeTime at={at} as="ago" className={classes.at} />
      <span className={classes.counts}>
        {t.sweeps.told(escalated, notified)}
        {failed > 0 && <strong className={classes.failed}>{t.sweeps.failed(failed)}</strong>}
      </span>
    </li>
  );
}
