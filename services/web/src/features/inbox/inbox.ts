import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { pages } from "@/api/pages";
import { queryKeys } from "@/api/queryKeys";
import type { Notification, Page } from "@/api/types";
import { failed } from "@/components/toasts";
import { t } from "@/i18n";
import { now } from "@/time/clock";

/** The stream keeps it current; asking is for the first moment and for browsers without the stream. */
export const unreadQuery = queryOptions({
  queryKey: queryKeys.unreadCount,
  queryFn: ({ signal }) => dataOf(api.GET("/notifications/unread-count", { signal })),
  staleTime: 60_000,
});

/** Which notifications to show: with `summary`, only what that one sums up. */
export interface Shown {
  unread?: boolean;
  summary?: number | undefined;
}

export const notificationsQuery = ({ unread = false, summary }: Shown) =>
  infiniteQueryOptions({
    queryKey: queryKeys.notificationList({ unread, summary }),
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/notifications", {
          params: { query: { unread: unread || undefined, summed_up_by: summary, cursor: pageParam, limit: 30 } },
          signal,
        }),
      ),
    ...pages,
  });

type Pages = InfiniteData<Page<Notification>>;

/** What to mark as read: one notification, or all up to the newest one that was shown. */
export type Seen = { id: number } | { upTo: number };

function covers(seen: Seen, id: number): boolean {
  return "id" in seen ? id === seen.id : id <= seen.upTo;
}

/** The list with what was seen read; it stays in its place until the next visit. */
export function markedRead(pages: Pages, seen: Seen, at: string): Pages {
  const read = (entry: Notification): Notification =>
    entry.read_at === null && covers(seen, entry.id) ? { ...entry, read_at: at } : entry;
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map(read) })) };
}

/** The newest notification of a list as it is shown; what has come since is not among what was seen. */
export function newestOf(entries: readonly Notification[] | undefined): number | undefined {
  return entries && entries.length > 0 ? Math.max(...entries.map(({ id }) => id)) : undefined;
}

/** Mark what was seen as read, and nothing that came meanwhile; shown at once, taken back if it fails. */
export function useMarkRead() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (seen: Seen): Promise<unknown> =>
      "id" in seen
        ? api.POST("/notifications/{notification_id}/read", { params: { path: { notification_id: seen.id } } })
        : api.POST("/notifications/read-all", { body: { up_to: seen.upTo } }),
    onMutate: async (seen) => {
      await cache.cancelQueries({ queryKey: queryKeys.notifications });
      const before = cache.getQueriesData({ queryKey: queryKeys.notifications });
      const at = new Date(now()).toISOString();
      cache.setQueriesData<Pages>({ queryKey: queryKeys.notificationLists }, (pages) =>
        pages && markedRead(pages, seen, at),
      );
      cache.setQueryData(queryKeys.unreadCount, (old: { unread: number } | undefined) =>
        old && { unread: "id" in seen ? Math.max(0, old.unread - 1) : 0 },
      );
      return { before };
    },
    onError: (error, _seen, context) => {
      context?.before.forEach(([key, data]) => cache.setQueryData(key, data));
      failed(t.inbox.stillUnread, error);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.unreadCount }),
  });
}
