import { Anchor, Button, ScrollArea, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconInbox } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { NotificationItem } from "@/features/inbox/NotificationItem";
import { newestOf, notificationsQuery, useMarkRead } from "@/features/inbox/inbox";
import { t } from "@/i18n";
import classes from "./LatestNotifications.module.css";

const SHOWN = 12;

/** What the bell opens: the newest notifications. */
export default function LatestNotifications({ close }: { close: () => void }) {
  const { data, error, refetch } = useInfiniteQuery(notificationsQuery({}));
  const mark = useMarkRead();
  const entries = data?.pages[0]?.items.slice(0, SHOWN);
  const unread = entries?.some(({ read_at: at }) => at === null) ?? false;
  const newest = newestOf(entries);
  return (
    <>
      <div className={classes.head}>
        <Text fw={620}>{t.inbox.notifications}</Text>
        <Button
          variant="subtle"
          size="compact-sm"
          disabled={!unread || newest === undefined}
          onClick={() => newest !== undefined && mark.mutate({ upTo: newest })}
        >
          {t.inbox.markAll}
        </Button>
      </div>
      <ScrollArea.Autosize mah="min(480px, 60vh)" viewportProps={{ tabIndex: -1 }}>
        {entries ? (
          entries.length > 0 ? (
            entries.map((entry) => <NotificationItem key={entry.id} notification={entry} onFollow={close} />)
          ) : (
            <EmptyState icon={IconInbox} title={t.inbox.quiet} text={t.inbox.quietText} compact />
          )
        ) : error ? (
          <ErrorState error={error} retry={() => void refetch()} compact />
        ) : (
          <div className={classes.loading}>
            <RowsSkeleton rows={3} height={48} />
          </div>
        )}
      </ScrollArea.Autosize>
      <div className={classes.foot}>
        <Anchor component={Link} to="/inbox" size="sm" fw={560} onClick={close}>
          {t.inbox.open}
        </Anchor>
      </div>
    </>
  );
}
