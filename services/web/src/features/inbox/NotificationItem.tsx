import { Tooltip, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconBeach, IconBellRinging, IconPlayerPlay, IconUserShare } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Notification } from "@/api/types";
import { RelativeTime } from "@/components/RelativeTime";
import { useMarkRead } from "@/features/inbox/inbox";
import { t } from "@/i18n";
import classes from "./NotificationItem.module.css";

interface Props {
  notification: Notification;
  /** Called when it is followed, to close a pop-up. */
  onFollow?: (() => void) | undefined;
}

/** A line of the inbox; following it marks it as read. What its reader may not see any more leads nowhere. */
export function NotificationItem({ notification, onFollow }: Props) {
  const { id, read_at: readAt, created_at: at, follow_up: followUp, message, why } = notification;
  const mark = useMarkRead();
  const unread = readAt === null;
  const to = addressOf(notification);

  function follow() {
    if (unread) mark.mutate({ id });
    onFollow?.();
  }

  const content = (
    <>
      <span className={classes.title}>{message}</span>
      <span className={classes.summary}>
        {followUp?.status === "completed" ? t.inbox.completedByNow(why?.text ?? "") : why?.text ?? t.inbox.openSummary}
      </span>
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

/** Where it leads: to its follow-up, or to all that it sums up. */
function addressOf({ id, follow_up: followUp }: Notification): string | undefined {
  if (!followUp) return `/inbox?summary=${id}`;
  return followUp.in_sight ? `/followups/${followUp.id}` : undefined;
}

/** Colour: 0 an assignment or the end of a hold, 1 a reminder, 2 an escalation to others, 3 a breach. */
function toneOf({ kind, why, sla_breach: breach }: Notification): number {
  if (kind !== "escalation" || !why) return 0;
  return breach ? 3 : Math.min(why.step, 2);
}

function KindIcon({ notification: { kind, sla_breach: breach } }: { notification: Notification }) {
  const look = { size: 17, stroke: 1.8, "aria-hidden": true };
  if (kind === "assignment") return <IconUserShare {...look} />;
  if (kind === "hold") return <IconPlayerPlay {...look} />;
  if (kind === "summary") return <IconBeach {...look} />;
  return breach ? <IconAlertTriangle {...look} /> : <IconBellRinging {...look} />;
}
