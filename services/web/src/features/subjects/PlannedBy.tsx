import type { Subject } from "@/api/types";
import { UserText } from "@/components/UserText";
import { RelativeTime } from "@/components/RelativeTime";
import classes from "./PlannedBy.module.css";

/** Whose the follow-up of a colleague is, and when it is due: one who does not see it need not call as well. */
export function PlannedBy({ planned }: { planned: NonNullable<Subject["first_planned"]> }) {
  return (
    <span className={classes.planned}>
      <UserText>{planned.assignee_name}</UserText>, <RelativeTime at={planned.due_at} as="due" />
    </span>
  );
}
