import { Progress, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Sweep, SweepProgress as Progressing } from "@/api/types";
import { SweepStatus } from "@/features/sweeps/SweepStatus";
import { isUnderWay, sweepQuery, useSweepDone } from "@/features/sweeps/sweeps";
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
    <section className={classes.card} aria-label={`Sweep ${id}`}>
      <div className={classes.head}>
        <Text fw={600}>Sweep {id}</Text>
        {sweep && <SweepStatus status={sweep.status} />}
        <Text size="sm" c="dimmed" className={classes.said} role="status">
          {said(sweep)}
        </Text>
      </div>
      <Progress.Root size="md">
        <Progress.Section
          value={done ? 100 : reached(sweep)}
          animated={!done}
          color={sweep?.status === "failed" ? "red" : "pine"}
          aria-label="Progress of the sweep"
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

function said(sweep: Sweep | undefined): string {
  if (!sweep || sweep.status === "queued") return "Waiting for its turn";
  const { escalated, notified, failed, status } = sweep;
  const counts = `${escalated.toLocaleString("en")} escalated, ${notified.toLocaleString("en")} notifications`;
  if (status === "running") return `${counts} so far`;
  if (escalated === 0 && failed === 0) return "Nothing has passed a step since the last sweep";
  return failed ? `${counts}, ${failed.toLocaleString("en")} failed` : counts;
}
