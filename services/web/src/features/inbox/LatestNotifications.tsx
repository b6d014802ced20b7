import { Anchor, Button, ScrollArea, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconInbox } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { Entry } from "@/features/inbox/NotificationItem";
import { newestOf, notificationsQuery, useMarkRead } from "@/features/inbox/inbox";
import classes from "./LatestNotifications.module.css";

const SHOWN = 12;

/** What the bell opens: the newest notifications. */
export default function LatestNotifications({ close }: { close: () => void }) {
  const { data, error, refetch } = useInfiniteQuery(notificationsQuery(false));
  const mark = useMarkRead();
  const entries = data?.pages[0]?.items.slice(0, SHOWN);
  const unread = entries?.some(({ read_at: at }) => at === null) ?? false;
  const newest = newestOf(entries);
  return (
    <>
      <div className={classes.head}>
        <Text fw={620}>Notifications</Text>
        <Button
          variant="subtle"
          size="compact-sm"
          disabled={!unread || newest === undefined}
          onClick={() => newest !== undefined && mark.mutate({ upTo: newest })}
        >
          Mark all as read
        </Button>
      </div>
      <ScrollArea.Autosize mah="min(480px, 60vh)" viewportProps={{ tabIndex: -1 }}>
        {entries ? (
          entries.length > 0 ? (
            entries.map((entry) => <Entry key={entry.id} notification={entry} onFollow={close} />)
          ) : (
            <EmptyState icon={IconInbox} title="All quiet" text="Nothing of yours is overdue." compact />
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
          Open the inbox
        </Anchor>
      </div>
    </>
  );
}
