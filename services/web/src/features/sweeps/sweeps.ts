import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey } from "@/api/client";
import { pages } from "@/api/pages";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { Sweep } from "@/api/types";
import { refreshLists } from "@/features/followups";
import { failed } from "@/components/toasts";
import { t } from "@/i18n";

const POLL_MS = 400;
const IDLE_MS = 15_000;

export function isUnderWay({ status }: Sweep): boolean {
  return status === "queued" || status === "running";
}

export const sweepsQuery = infiniteQueryOptions({
  queryKey: queryKeys.sweeps,
  queryFn: ({ pageParam, signal }) =>
    dataOf(api.GET("/sweeps", { params: { query: { limit: 25, cursor: pageParam } }, signal })),
  ...pages,
  refetchInterval: IDLE_MS,
});

/** A sweep, asked for again and again until it is done. */
export const sweepQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.sweep(id),
    queryFn: ({ signal }) => dataOf(api.GET("/sweeps/{sweep_id}", { params: { path: { sweep_id: id } }, signal })),
    refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data) ? false : POLL_MS),
  });

export function useStartSweep(onStarted: (sweep: Sweep) => void) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: () => dataOf(api.POST("/sweeps", { params: { header: idempotencyKey(submission.keyOf("sweep")) } })),
    onSuccess: (sweep) => {
      submission.created();
      onStarted(sweep);
      void cache.invalidateQueries({ queryKey: sweepsQuery.queryKey });
    },
    onError: (error) => failed(t.sweeps.notStarted, error),
  });
}

/** Once a sweep is done, lists, dashboard and history are not what they were. */
export function useSweepDone(): () => void {
  const cache = useQueryClient();
  return () => {
    void cache.invalidateQueries({ queryKey: sweepsQuery.queryKey });
    refreshLists(cache);
  };
}
