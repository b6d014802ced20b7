import { IconClockHour4 } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { FollowUp } from "@/api/types";
import { HoursOverdue } from "@/components/HoursOverdue";
import { LevelBadge } from "@/components/LevelBadge";
import { Message } from "@/components/Message";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { SubjectLink } from "@/components/SubjectLink";
import { rescheduledText } from "@/features/followups/rescheduling";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
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
    <section aria-label={t.details.label}>
      <dl className={classes.facts}>
        <Detail name={t.details.status}>
          {completedAt ? (
            <span className={classes.done}>
              <Message text={t.details.completed} parts={{ ago: <RelativeTime at={completedAt} as="ago" /> }} />
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
        </Detail>
        <Detail name={t.details.due}>
          <RelativeTime at={dueAt} as="calendar" />
          {moved && <span className={classes.moved}>{moved}</span>}
        </Detail>
        <Detail name={t.details.assignee}>
          <Person name={assignee.name} inactive={!assignee.active} />
        </Detail>
        <Detail name={t.details.subject}>{subject ? <SubjectLink subject={subject} /> : t.details.noSubject}</Detail>
        {followUp.external_id && <Detail name={t.details.externalId}>{followUp.external_id}</Detail>}
        {notes && (
          <Detail name={t.details.notes}>
            <span className={classes.notes}>{notes}</span>
          </Detail>
        )}
      </dl>
      {status === "open" && <NextStep followUp={followUp} />}
    </section>
  );
}

function Detail({ name, children }: { name: string; children: ReactNode }) {
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
          t.details.lastStep
        ) : Date.parse(at) <= now ? (
          t.details.stepNow(level + 1)
        ) : (
          <Message
            text={t.details.stepComes(level + 1)}
            parts={{ ago: <RelativeTime at={at} as="ago" />, time: <RelativeTime at={at} as="onCalendar" /> }}
          />
        )}
      </span>
    </p>
  );
}
