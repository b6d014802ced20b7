import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { notifications } from "@mantine/notifications";
import { api } from "@/api/client";
import { keys } from "@/api/keys";
import { explain } from "@/api/problem";
import type { Notification, Page } from "@/api/types";
import { now } from "@/time/clock";

/** The stream keeps it current; asking is for the first moment and for browsers without the stream. */
export const unreadQuery = queryOptions({
  queryKey: keys.unread,
  queryFn: ({ signal }) => api.get<{ unread: number }>("/notifications/unread-count", { signal }),
  staleTime: 60_000,
});

export const notificationsQuery = (unread: boolean) =>
  infiniteQueryOptions({
    queryKey: keys.notificationList(unread),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Notification>>("/notifications", {
        query: { unread: unread || undefined, cursor: pageParam, limit: 30 },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

type Pages = InfiniteData<Page<Notification>>;

/** The list with some or all entries read; what is shown stays in its place until the next visit. */
export function markedRead(pages: Pages, ids: ReadonlySet<number> | "all", at: string): Pages {
  const read = (entry: Notification): Notification =>
    entry.read_at === null && (ids === "all" || ids.has(entry.id)) ? { ...entry, read_at: at } : entry;
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map(read) })) };
}

/** Mark one notification, or all, as read; shown at once, taken back if it fails. */
export function useMarkRead() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number | "all") =>
      api.post(id === "all" ? "/notifications/read-all" : `/notifications/${id}/read`),
    onMutate: async (id) => {
      await cache.cancelQueries({ queryKey: keys.notifications });
      const before = cache.getQueriesData({ queryKey: keys.notifications });
      const at = new Date(now()).toISOString();
      const ids = id === "all" ? id : new Set([id]);
      cache.setQueriesData<Pages>({ queryKey: ["notifications", "list"] }, (pages) =>
        pages && markedRead(pages, ids, at),
      );
      cache.setQueryData(keys.unread, (old: { unread: number } | undefined) =>
        old && { unread: id === "all" ? 0 : Math.max(0, old.unread - 1) },
      );
      return { before };
    },
    onError: (error, _id, context) => {
      context?.before.forEach(([key, data]) => cache.setQueryData(key, data));
      notifications.show({ color: "red", title: "Still unread", message: explain(error) });
    },
    onSettled: () => cache.invalidateQueries({ queryKey: keys.unread }),
  });
}
