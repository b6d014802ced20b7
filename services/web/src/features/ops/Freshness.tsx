import { useQuery } from "@tanstack/react-query";
import { outboxQuery } from "@/features/ops/queries";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
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
      {stale ? t.ops.asAt(inZone(at, zone, "time")) : t.ops.live}
    </span>
  );
}
