import { IconClockHour4 } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { FollowUp } from "@/api/types";
import { HoursOverdue } from "@/components/HoursOverdue";
import { LevelBadge } from "@/components/LevelBadge";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { SubjectLink } from "@/components/SubjectLink";
import { rescheduledText } from "@/features/followups/rescheduling";
import { useMe } from "@/api/session";
import { useNow } from "@/time/useNow";
import classes from "./FollowUpDetails.module.css";

/** What a follow-up is about, whose it is, where it is and what comes next. */
export function FollowUpDetails({ followUp }: { followUp: FollowUp }) {
  const { status, due_at: dueAt, completed_at: completedAt, assignee, subject, notes } = followUp;
  const now = useNow();
  const { time_zone: zone } = useMe();
  const moved = rescheduledText(followUp, zone, now);
  const overdue = status === "open" && Date.parse(dueAt) <= now;
  return (
    <section aria-label="Details">
      <dl className={classes.facts}>
        <Fact name="Status">
          {completedAt ? (
            <span className={classes.done}>
              Completed <RelativeTime at={completedAt} as="ago" />
            </span>
          ) : (
            <span className={classes.status}>
              <span className={overdue ? classes.overdue : undefined}>
                <RelativeTime at={dueAt} as="due" />
                <HoursOverdue dueAt={dueAt} />
              </span>
              <LevelBadge {...followUp} />
            </span>
          )}
        </Fact>
        <Fact name="Due">
          <RelativeTime at={dueAt} as="calendar" />
          {moved && <span className={classes.moved}>{moved}</span>}
        </Fact>
        <Fact name="Assignee">
          <Person name={assignee.name} inactive={!assignee.active} />
        </Fact>
        <Fact name="Lead or client">{subject ? <SubjectLink subject={subject} /> : "None"}</Fact>
        {followUp.external_id && <Fact name="External id">{followUp.external_id}</Fact>}
        {notes && (
          <Fact name="Notes">
            <span className={classes.notes}>{notes}</span>
          </Fact>
        )}
      </dl>
      {status === "open" && <NextStep followUp={followUp} />}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The step that comes if nobody does anything, and when. */
function NextStep({ followUp: { level, next_step_at: at } }: { followUp: FollowUp }) {
  const now = useNow();
  return (
    <p className={classes.next}>
      <IconClockHour4 size={18} stroke={1.7} aria-hidden />
      <span>
        {at === null ? (
          "Everybody on its policy has been told. No further step comes."
        ) : Date.parse(at) <= now ? (
          `Step ${level + 1} has come and goes out with the next sweep.`
        ) : (
          <>
            Step {level + 1} of its policy comes <RelativeTime at={at} as="ago" />,{" "}
            <RelativeTime at={at} as="onCalendar" />, unless it is done before.
          </>
        )}
      </span>
    </p>
  );
}
