import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { IconChecks, IconInbox } from "@tabler/icons-react";
import { useParameters } from "@/hooks/useParameters";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { NotificationItem } from "@/features/inbox/NotificationItem";
import { type Shown, newestOf, notificationsQuery, unreadQuery, useMarkRead } from "@/features/inbox/inbox";
import { t } from "@/i18n";
import classes from "./InboxPage.module.css";

export function Component() {
  const [parameters, change] = useParameters();
  const unread = parameters.get("show") === "unread";
  const { data: count } = useQuery(unreadQuery);
  const mark = useMarkRead();
  const summary = idOf(parameters.get("summary"));
  const { data } = useInfiniteQuery(notificationsQuery({ unread, summary }));
  const newest = newestOf(data?.pages[0]?.items);
  return (
    <Page
      title={t.inbox.title}
      narrow
      actions={
        <Button
          variant="default"
          leftSection={<IconChecks size={16} />}
          disabled={!count?.unread || newest === undefined}
          onClick={() => newest !== undefined && mark.mutate({ upTo: newest })}
        >
          {t.inbox.markAll}
        </Button>
      }
      toolbar={
        summary ? (
          <Button variant="subtle" onClick={() => change({ summary: "" })}>
            {t.inbox.showAll}
          </Button>
        ) : (
          <SegmentedControl
            aria-label={t.inbox.show}
            value={unread ? "unread" : "all"}
            onChange={(next) => change({ show: next === "unread" ? next : "" })}
            data={[
              { value: "all", label: t.inbox.all },
              { value: "unread", label: count?.unread ? t.inbox.unreadCount(count.unread) : t.inbox.unread },
            ]}
          />
        )
      }
    >
      <Entries unread={unread && !summary} summary={summary} />
    </Page>
  );
}

/** The id in an address; undefined when there is none, or something else. */
function idOf(value: string | null): number | undefined {
  return value && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : undefined;
}

function Entries({ unread, summary }: Shown) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    notificationsQuery({ unread, summary }),
  );
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <RowsSkeleton rows={6} height={56} />;
  const entries = data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) {
    return (
      <EmptyState
        icon={IconInbox}
        title={unread ? t.inbox.allRead : t.inbox.nothing}
        text={t.inbox.nothingText}
      />
    );
  }
  return (
    <>
      <ul className={classes.entries}>
        {entries.map((entry) => (
          <li key={entry.id}>
            <NotificationItem notification={entry} />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button mt="md" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showEarlier}
        </Button>
      )}
    </>
  );
}
