import type { Sweep } from "@/api/types";
import classes from "./Status.module.css";

const NAMES = { queued: "Waiting", running: "Running", completed: "Done", failed: "Failed" };

export function Status({ status }: { status: Sweep["status"] }) {
  return (
    <span className={classes.status} data-status={status}>
      {NAMES[status]}
    </span>
  );
}
