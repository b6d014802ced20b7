import { Progress, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Sweep, SweepProgress as Progressing } from "@/api/types";
import { SweepStatus } from "@/features/sweeps/SweepStatus";
import { isUnderWay, sweepQuery, useSweepDone } from "@/features/sweeps/sweeps";
import { t } from "@/i18n";
import classes from "./SweepProgress.module.css";

/** A sweep that was just started, until it is done. */
export function SweepProgress({ id }: { id: number }) {
  const { data: sweep } = useQuery(sweepQuery(id));
  const onDone = useRef(useSweepDone());
  const done = sweep !== undefined && !isUnderWay(sweep);
  useEffect(() => {
    if (done) onDone.current();
  }, [done]);
  return (
    <section className={classes.card} aria-label={t.sweeps.numbered(id)}>
      <div className={classes.head}>
        <Text fw={600}>{t.sweeps.numbered(id)}</Text>
        {sweep && <SweepStatus status={sweep.status} />}
        <Text size="sm" c="dimmed" className={classes.said} role="status">
          {describe(sweep)}
        </Text>
      </div>
      <Progress.Root size="md">
        <Progress.Section
          value={done ? 100 : reached(sweep)}
          animated={!done}
          color={sweep?.status === "failed" ? "red" : "pine"}
          aria-label={t.sweeps.progress}
        />
      </Progress.Root>
    </section>
  );
}

/** In per cent; what was reached last is still being announced, so that it is never all of it. */
function reached(sweep: Progressing | undefined): number {
  if (!sweep || sweep.escalated === 0) return 3;
  return Math.min(95, (100 * sweep.escalated) / (sweep.escalated + sweep.waiting));
}

function describe(sweep: Sweep | undefined): string {
  if (!sweep || sweep.status === "queued") return t.sweeps.waiting;
  const { escalated, notified, failed, status } = sweep;
  const counts = t.sweeps.counts(escalated, notified);
  if (status === "running") return t.sweeps.soFar(counts);
  if (escalated === 0 && failed === 0) return t.sweeps.nothing;
  return failed ? t.sweeps.andFailed(counts, failed) : counts;
}
