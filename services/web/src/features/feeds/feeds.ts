import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { NewCalendarFeed } from "@/api/types";

const path = (id: number) => ({ params: { path: { feed_id: id } } });

/** One's calendar feeds: there are ten at most. */
export function useFeeds() {
  return useQuery({
    queryKey: queryKeys.feeds,
    queryFn: ({ signal }) => dataOf(api.GET("/calendar-feeds", { signal })),
  });
}

export function useMakeFeed() {
  const submission = useSubmission();
  return useChange((body: NewCalendarFeed) =>
    dataOf(api.POST("/calendar-feeds", { body, params: { header: idempotencyKey(submission.keyOf(body)) } })),
  );
}

export function useRotate() {
  return useChange((id: number) => dataOf(api.POST("/calendar-feeds/{feed_id}/rotate-address", path(id))));
}

export function useRevoke() {
  return useChange((id: number) => api.DELETE("/calendar-feeds/{feed_id}", path(id)));
}

function useChange<Given, Answer>(change: (given: Given) => Promise<Answer>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.feeds }),
  });
}
