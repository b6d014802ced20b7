import type { ReactNode } from "react";
import classes from "./Timeline.module.css";

/** A list of entries, each a `TimelineItem`. */
export function Entries({ children }: { children: ReactNode }) {
  return <ol className={classes.timeline}>{children}</ol>;
}
