import type { Sweep } from "@/api/types";
import classes from "./SweepStatus.module.css";

const NAMES = { queued: "Waiting", running: "Running", completed: "Done", failed: "Failed" };

export function SweepStatus({ status }: { status: Sweep["status"] }) {
  return (
    <span className={classes.status} data-status={status}>
      {NAMES[status]}
    </span>
  );
}
