import { Tooltip, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconBellRinging, IconPlayerPlay, IconUserShare } from "@tabler/icons-react";
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

  function follow() {
    if (unread) mark.mutate({ id });
    onFollow?.();
  }

  const content = (
    <>
      <span className={classes.title}>{message}</span>
      <span className={classes.summary}>
        {followUp.status === "completed" ? t.inbox.completedByNow(why.text) : why.text}
      </span>
      <RelativeTime at={at} as="ago" className={classes.at} />
    </>
  );

  return (
    <div className={classes.entry} data-row={`notification-${id}`} data-unread={unread || undefined}>
      <span className={classes.icon} data-tone={toneOf(notification)}>
        <KindIcon notification={notification} />
      </span>
      {followUp.in_sight ? (
        <Link to={`/followups/${followUp.id}`} className={classes.link} onClick={follow} data-title>
          {content}
        </Link>
      ) : (
        <div className={classes.link}>{content}</div>
      )}
      {unread && (
        <Tooltip label={t.inbox.mark}>
          <UnstyledButton className={classes.dot} aria-label={t.inbox.markNamed(followUp.title)} onClick={() => mark.mutate({ id })}>
            <span />
          </UnstyledButton>
        </Tooltip>
      )}
    </div>
  );
}

/** Colour: 0 an assignment or the end of a hold, 1 a reminder, 2 an escalation to others, 3 a breach. */
function toneOf({ kind, why, sla_breach: breach }: Notification): number {
  if (kind !== "escalation") return 0;
  return breach ? 3 : Math.min(why.step, 2);
}

function KindIcon({ notification: { kind, sla_breach: breach } }: { notification: Notification }) {
  const look = { size: 17, stroke: 1.8, "aria-hidden": true };
  if (kind === "assignment") return <IconUserShare {...look} />;
  if (kind === "hold") return <IconPlayerPlay {...look} />;
  return breach ? <IconAlertTriangle {...look} /> : <IconBellRinging {...look} />;
}
