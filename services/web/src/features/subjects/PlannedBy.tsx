import type { Subject } from "@/api/types";
import { Message } from "@/components/Message";
import { UserText } from "@/components/UserText";
import { RelativeTime } from "@/components/RelativeTime";
import { t } from "@/i18n";
import classes from "./PlannedBy.module.css";

/** Whose the follow-up of a colleague is, and when it is due: one who does not see it need not call as well. */
export function PlannedBy({ planned }: { planned: NonNullable<Subject["first_planned"]> }) {
  return (
    <span className={classes.planned}>
      <Message
        text={t.subjects.plannedBy}
        parts={{
          name: <UserText>{planned.assignee_name}</UserText>,
          due: <RelativeTime at={planned.due_at} as="due" />,
        }}
      />
    </span>
  );
}
