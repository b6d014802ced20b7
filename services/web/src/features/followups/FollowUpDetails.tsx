import { IconClockHour4, IconEye } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useAway } from "@/api/away";
import type { FollowUpPolicy, ShownFollowUp } from "@/api/types";
import { isolate } from "@/components/bidi";
import { WorkingOverdue } from "@/components/WorkingOverdue";
import { LevelBadge } from "@/components/LevelBadge";
import { Message } from "@/components/Message";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { ContactLinks } from "@/components/ContactLinks";
import { SubjectLink } from "@/components/SubjectLink";
import { UserText } from "@/components/UserText";
import { EnrolmentOf } from "@/features/sequences";
import { KindName, PriorityName, TagLinks } from "@/features/followups/Facts";
import { HoldBadges } from "@/features/followups/HoldBadges";
import { seriesQuery } from "@/features/followups/queries";
import { rescheduledText } from "@/features/followups/rescheduling";
import { useMe } from "@/api/session";
import { money, t } from "@/i18n";
import { duration } from "@/time/format";
import { useNow } from "@/time/useNow";
import classes from "./FollowUpDetails.module.css";

/** What a follow-up is about, whose it is, where it is and what comes next. */
export function FollowUpDetails({ followUp }: { followUp: ShownFollowUp }) {
  const { status, due_at: dueAt, completed_at: completedAt, assignee, subject, notes } = followUp;
  const now = useNow();
  const away = useAway();
  const { time_zone: zone } = useMe();
  const moved = rescheduledText(followUp, zone, now);
  const overdue = status === "open" && Date.parse(dueAt) <= now;
  return (
    <section aria-label={t.details.label}>
      {!followUp.may_change && (
        <p className={classes.readOnly}>
          <IconEye size={18} stroke={1.7} aria-hidden />
          {t.followUps.readOnly(isolate(assignee.name))}
        </p>
      )}
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
                <WorkingOverdue {...followUp} />
              </span>
              <LevelBadge {...followUp} />
              <HoldBadges followUp={followUp} />
            </span>
          )}
        </Detail>
        <Detail name={t.details.due}>
          <RelativeTime at={dueAt} as="calendar" />
          {moved && <span className={classes.moved}>{moved}</span>}
        </Detail>
        {followUp.series_id != null && <Series id={followUp.series_id} />}
        <Detail name={t.details.assignee}>
          <Person name={assignee.name} inactive={!assignee.active} away={away.get(assignee.id)} wide />
        </Detail>
        <Detail name={t.details.subject}>{subject ? <SubjectLink subject={subject} /> : t.details.noSubject}</Detail>
        {subject && (subject.phone ?? subject.email) && (
          <Detail name={t.details.contact}>
            <span className={classes.contact}>
              <ContactLinks subject={subject} />
            </span>
          </Detail>
        )}
        <Detail name={t.facts.kind}>
          <KindName name={followUp.kind} />
        </Detail>
        <Detail name={t.facts.priority}>
          <PriorityName priority={followUp.priority} />
        </Detail>
        {followUp.tags.length > 0 && (
          <Detail name={t.facts.tags}>
            <TagLinks tags={followUp.tags} />
          </Detail>
        )}
        {followUp.value && <Detail name={t.facts.value}>{money(followUp.value.amount, followUp.value.currency)}</Detail>}
        {followUp.policy && (
          <Detail name={t.details.policy}>
            <PolicyAndWhy policy={followUp.policy} />
          </Detail>
        )}
        {followUp.external_id && <Detail name={t.details.externalId}>{followUp.external_id}</Detail>}
        {notes && (
          <Detail name={t.details.notes}>
            <span className={classes.notes}>{notes}</span>
          </Detail>
        )}
      </dl>
      {subject && <EnrolmentOf followUp={followUp.id} className={classes.sequence} />}
      {status === "open" && <NextStep followUp={followUp} />}
    </section>
  );
}

/** By which rule it comes again. */
function Series({ id }: { id: number }) {
  const { data } = useQuery(seriesQuery(id));
  if (!data) return null;
  return <Detail name={t.details.repeats}>{data.ended_at === null ? data.summary : t.details.repeatsNoMore}</Detail>;
}

function Detail({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The version by which it is escalated, and which follow-ups that is for. */
function PolicyAndWhy({ policy: { id, name, version, why } }: { policy: FollowUpPolicy }) {
  return (
    <span className={classes.policy}>
      <span>
        <Link to={`/policies/${id}`}>
          <UserText>{name}</UserText>
        </Link>{" "}
        <span className={classes.version}>{t.details.version(version)}</span>
      </span>
      <span className={classes.why}>{why}</span>
    </span>
  );
}

/** The step that comes if nobody does anything, and when. */
function NextStep({ followUp }: { followUp: ShownFollowUp }) {
  const now = useNow();
  const at = followUp.next_step?.at ?? followUp.next_step_at;
  const waits = followUp.waiting_until;
  const wait = followUp.holds.find(({ kind }) => kind === "wait");
  const left = waits !== null && followUp.next_step ? Math.max(0, Date.parse(followUp.next_step.at) - Date.parse(waits)) : null;
  const step = followUp.next_step ? t.details.named(isolate(followUp.next_step.label)) : t.details.numbered(followUp.level + 1);
  return (
    <p className={classes.next}>
      <IconClockHour4 size={18} stroke={1.7} aria-hidden />
      <span>
        {waits !== null ? (
          <>
            <Message
              text={left === null ? t.holds.stopped : t.holds.stoppedWith(step, duration(left))}
              parts={{ time: <RelativeTime at={waits} as="onCalendar" /> }}
            />
            {wait && (
              <>
                {" "}
                <Message text={t.holds.waits} parts={{ ago: <RelativeTime at={wait.since} as="ago" />, time: <RelativeTime at={wait.since} as="onCalendar" /> }} />
              </>
            )}
          </>
        ) : at === null ? (
          t.details.lastStep
        ) : Date.parse(at) <= now ? (
          t.details.stepNow(step)
        ) : (
          <Message
            text={t.details.stepComes(step)}
            parts={{ ago: <RelativeTime at={at} as="ago" />, time: <RelativeTime at={at} as="onCalendar" /> }}
          />
        )}
      </span>
    </p>
  );
}
