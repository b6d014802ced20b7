import { useQuery } from "@tanstack/react-query";
import { outboxQuery } from "@/features/ops/queries";
import { useMe } from "@/api/session";
import { words } from "@/i18n/ops";
import { inZone } from "@/time/format";
import classes from "./Freshness.module.css";

/** Whether what the page shows is of now. */
export function Freshness() {
  const { time_zone: zone } = useMe();
  const { dataUpdatedAt: at, failureCount, fetchStatus } = useQuery(outboxQuery);
  if (!at) return null;
  const stale = failureCount > 0 || fetchStatus === "paused";
  return (
    <span className={classes.freshness} data-stale={stale || undefined} role="status">
      {stale ? words.ops.asAt(inZone(at, zone, "time")) : words.ops.live}
    </span>
  );
}
