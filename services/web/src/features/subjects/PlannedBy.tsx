import type { Subject } from "@/api/types";
import { Named } from "@/components/Named";
import { RelativeTime } from "@/components/RelativeTime";
import classes from "./PlannedBy.module.css";

/** Whose the follow-up of a colleague is, and when it is due: one who does not see it need not call as well. */
export function PlannedBy({ planned }: { planned: NonNullable<Subject["first_planned"]> }) {
  return (
    <span className={classes.planned}>
      <Named>{planned.assignee_name}</Named>, <RelativeTime at={planned.due_at} as="due" />
    </span>
  );
}
