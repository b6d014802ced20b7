import { Tooltip, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconAt, IconBeach, IconBellRinging, IconMessage, IconPlayerPlay, IconPlugConnectedX, IconUserShare } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Notification } from "@/api/types";
import { isolate } from "@/components/bidi";
import { RelativeTime } from "@/components/RelativeTime";
import { UserText } from "@/components/UserText";
import { Deliveries } from "@/features/inbox/Deliveries";
import { useMarkRead } from "@/features/inbox/inbox";
import { t } from "@/i18n";
import { workingTime } from "@/time/format";
import classes from "./NotificationItem.module.css";

interface Props {
  notification: Notification;
  /** Called when it is followed, to close a pop-up. */
  onFollow?: (() => void) | undefined;
}

/** A line of the inbox; following it marks it as read. What its reader may not see any more leads nowhere. */
export function NotificationItem({ notification, onFollow }: Props) {
  const { id, read_at: readAt, created_at: at, follow_up: followUp, message, comment } = notification;
  const mark = useMarkRead();
  const unread = readAt === null;
  const to = addressOf(notification);
  const worked = notification.why?.working_overdue;

  function follow() {
    if (unread) mark.mutate({ id });
    onFollow?.();
  }

  const content = (
    <>
      <span className={classes.title}>
        {message}
        {followUp?.subject && (
          <span className={classes.subject}>
            <UserText>{followUp.subject.name}</UserText>
          </span>
        )}
      </span>
      {comment && !comment.deleted_at && (
        <span className={classes.comment} dir="auto">
          {comment.text}
        </span>
      )}
      <span className={classes.summary}>
        {reasonOf(notification)}
        {worked && ` ${t.inbox.worked(workingTime(worked), isolate(worked.calendar))}`}
      </span>
      <Deliveries deliveries={notification.deliveries} className={classes.delivery} />
      <RelativeTime at={at} as="ago" className={classes.at} />
    </>
  );

  return (
    <div className={classes.entry} data-row={`notification-${id}`} data-unread={unread || undefined}>
      <span className={classes.icon} data-tone={toneOf(notification)}>
        <KindIcon notification={notification} />
      </span>
      {to ? (
        <Link to={to} className={classes.link} onClick={follow} data-title>
          {content}
        </Link>
      ) : (
        <div className={classes.link}>{content}</div>
      )}
      <Few followUps={notification.follow_ups} label={message} follow={follow} />
      {unread && (
        <Tooltip label={t.inbox.mark}>
          <UnstyledButton className={classes.dot} aria-label={t.inbox.markNamed(followUp?.title ?? message)} onClick={() => mark.mutate({ id })}>
            <span />
          </UnstyledButton>
        </Tooltip>
      )}
    </div>
  );
}

interface FewProps {
  followUps: Notification["follow_ups"];
  label: string;
  follow: () => void;
}

/** The few that a summary tells of, each with a link of its own. */
function Few({ followUps, label, follow }: FewProps) {
  if (followUps.length === 0) return null;
  return (
    <ul className={classes.few} aria-label={label}>
      {followUps.map(({ id, title, subject, status, in_sight: inSight }) => (
        <li key={id}>
          {inSight ? (
            <Link to={`/followups/${id}`} onClick={follow}>
              <UserText>{title}</UserText>
            </Link>
          ) : (
            title
          )}
          {subject && (
            <span className={classes.subject}>
              <UserText>{subject.name}</UserText>
            </span>
          )}
          {status === "completed" && <span className={classes.subject}>{t.inbox.completed}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Where it leads: to its follow-up, to all that it sums up, to the webhook, or to the addresses that one has. */
function addressOf({ id, kind, follow_up: followUp, in_lists: inLists, webhook_id: webhook, answered_id: answered }: Notification): string | undefined {
  if (kind === "destination") return "/settings#told";
  if (answered) return `/followups/${answered}`;
  if (webhook) return `/admin/webhooks/${webhook}`;
  if (inLists) return `/followups?told=${id}&who=all`;
  if (!followUp) return `/inbox?summary=${id}`;
  return followUp.in_sight ? `/followups/${followUp.id}` : undefined;
}

/** Why it was one, and what has been done by now of what it is about. */
function reasonOf({ follow_up: followUp, why, reason, number, completed }: Notification): string {
  if (followUp?.status === "completed") return t.inbox.completedByNow(why?.text ?? "");
  if (reason && completed) return t.inbox.someCompleted(reason, completed, number ?? 0);
  return why?.text ?? reason ?? t.inbox.openSummary;
}

const TONES = { reminder: 1, overdue: 1, escalated: 2, breach: 3 };

/** Colour: 0 an assignment, the end of a hold or a comment, 1 a reminder, 2 an escalation to others, 3 a breach. */
function toneOf({ kind, why, severity, sla_breach: breach }: Notification): number {
  if (kind === "summary" && severity) return TONES[severity];
  if (kind !== "escalation" || !why) return 0;
  return breach ? 3 : Math.min(why.step, 2);
}

function KindIcon({ notification: { kind, sums_up: sumsUp, sla_breach: breach } }: { notification: Notification }) {
  const look = { size: 17, stroke: 1.8, "aria-hidden": true };
  if (kind === "assignment" || sumsUp === "assignment" || sumsUp === "hand_over") return <IconUserShare {...look} />;
  if (kind === "mention") return <IconAt {...look} />;
  if (kind === "comment") return <IconMessage {...look} />;
  if (kind === "hold") return <IconPlayerPlay {...look} />;
  if (kind === "webhook" || kind === "destination" || kind === "answer") return <IconPlugConnectedX {...look} />;
  if (sumsUp === "absence") return <IconBeach {...look} />;
  return breach ? <IconAlertTriangle {...look} /> : <IconBellRinging {...look} />;
}
