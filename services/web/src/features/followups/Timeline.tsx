import { Button, Title } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowsExchange,
  IconBellRinging,
  IconCalendar,
  IconCheck,
  IconFileImport,
  IconMessage,
  IconNotes,
  IconPencil,
  IconPlus,
  IconPoint,
  IconRotate2,
  type Icon,
} from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Activity } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { activitiesQuery } from "@/features/followups/queries";
import { CommentEntry, CommentForm } from "@/features/comments";
import { EscalationReason } from "@/features/followups/EscalationReason";
import { t } from "@/i18n";
import classes from "./Timeline.module.css";

const ICONS: Record<string, Icon> = {
  created: IconPlus,
  imported: IconFileImport,
  edited: IconPencil,
  rescheduled: IconCalendar,
  reassigned: IconArrowsExchange,
  assignment_announced: IconBellRinging,
  completed: IconCheck,
  reopened: IconRotate2,
  undone: IconArrowBackUp,
  restored: IconArrowBackUp,
  escalated: IconBellRinging,
  logged: IconNotes,
  commented: IconMessage,
};

/** The history of a follow-up: who did what, and who was told what, when and why. */
export function Timeline({ id }: { id: number }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(activitiesQuery(id));
  const activities = data?.pages.flatMap(({ items }) => items);
  return (
    <section aria-label={t.history.label}>
      <Title order={2} mb="md">
        {t.history.label}
      </Title>
      <CommentForm key={id} followUp={id} />
      {activities ? (
        <ol className={classes.timeline}>
          {activities.map((activity) => (
            <TimelineItem key={activity.id} activity={activity} followUp={id} />
          ))}
          {activities.length === 0 && <li>{t.history.nothing}</li>}
        </ol>
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} compact />
      ) : (
        <RowsSkeleton rows={4} height={44} />
      )}
      {hasNextPage && (
        <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showEarlier}
        </Button>
      )}
    </section>
  );
}

interface ItemProps {
  activity: Activity;
  /** Whose page it is on; without it, a comment can only be read. */
  followUp?: number;
  /** What else it says, such as what it is about. */
  children?: ReactNode;
}

/** One entry. */
export function TimelineItem({ activity, followUp, children }: ItemProps) {
  const { kind, summary, created_at: at, escalation, comment } = activity;
  const IconOf = ICONS[kind] ?? IconPoint;
  return (
    <li className={classes.entry} data-kind={kind} data-breach={escalation?.sla_breach}>
      <span className={classes.icon}>
        <IconOf size={15} stroke={1.9} aria-hidden />
      </span>
      <div className={classes.text}>
        {comment ? (
          <CommentEntry comment={comment} followUp={followUp} />
        ) : (
          <>
            <span>{summary}</span>{" "}
          </>
        )}
        {children}
        {children && " "}
        {!comment && <RelativeTime at={at} as="ago" className={classes.at} />}
        {escalation && <EscalationReason escalation={escalation} />}
      </div>
    </li>
  );
}
