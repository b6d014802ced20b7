import type { Sweep } from "@/api/types";
import { t } from "@/i18n";
import classes from "./SweepStatus.module.css";

export function SweepStatus({ status }: { status: Sweep["status"] }) {
  return (
    <span className={classes.status} data-status={status}>
      {t.sweeps.statuses[status]}
    </span>
  );
}
