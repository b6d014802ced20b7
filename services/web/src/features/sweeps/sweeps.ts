import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { Page, Sweep, SweepProgress } from "@/api/types";
import { refreshLists } from "@/features/followups";
import { failed } from "@/components/toasts";

const POLL_MS = 400;
const IDLE_MS = 15_000;

export function isUnderWay({ status }: Sweep): boolean {
  return status === "queued" || status === "running";
}

export const sweepsQuery = infiniteQueryOptions({
  queryKey: queryKeys.sweeps,
  queryFn: ({ pageParam, signal }) =>
    api.get<Page<Sweep>>("/sweeps", { query: { limit: 25, cursor: pageParam }, signal }),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: IDLE_MS,
});

/** A sweep, asked for again and again until it is done. */
export const sweepQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.sweep(id),
    queryFn: ({ signal }) => api.get<SweepProgress>(`/sweeps/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data) ? false : POLL_MS),
  });

export function useStartSweep(onStarted: (sweep: Sweep) => void) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: () => api.post<Sweep>("/sweeps", undefined, { key: submission.keyOf("sweep") }),
    onSuccess: (sweep) => {
      submission.created();
      onStarted(sweep);
      void cache.invalidateQueries({ queryKey: sweepsQuery.queryKey });
    },
    onError: (error) => failed("No sweep was started", error),
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
