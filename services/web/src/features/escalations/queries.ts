import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Query } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Escalation, EscalationCounts, Page } from "@/api/types";

export type Level = "manager" | "admin";

/** The key begins like that of other lists of follow-ups, so that changes show here as well. */
export const escalationsQuery = (level: Level, filters: Query) =>
  infiniteQueryOptions({
    queryKey: queryKeys.escalationList({ level, ...filters }),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Escalation>>("/escalations", {
        query: { level, ...filters, limit: 100, cursor: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

/** As many as the lists with the same filters show. */
export const countsQuery = (filters: Query) =>
  queryOptions({
    queryKey: queryKeys.escalationCounts(filters),
    queryFn: ({ signal }) => api.get<EscalationCounts>("/escalations/counts", { query: filters, signal }),
    refetchInterval: 60_000,
    placeholderData: (old) => old,
  });
