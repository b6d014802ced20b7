import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Query } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Activity, DeletedFollowUp, FollowUp, FollowUpCounts, Page, View } from "@/api/types";

const PAGE = 100;

export const followUpsQuery = (view: View, filters: Query) =>
  infiniteQueryOptions({
    queryKey: queryKeys.followUpList({ view, ...filters }),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<FollowUp>>("/follow-ups", {
        query: { view, ...filters, limit: PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const deletedQuery = infiniteQueryOptions({
  queryKey: queryKeys.deletedFollowUps,
  queryFn: ({ pageParam, signal }) =>
    api.get<Page<DeletedFollowUp>>("/follow-ups/deleted", { query: { limit: 50, cursor: pageParam }, signal }),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
});

export const countsQuery = (filters: Query) =>
  queryOptions({
    queryKey: queryKeys.followUpCounts(filters),
    queryFn: ({ signal }) => api.get<FollowUpCounts>("/follow-ups/counts", { query: filters, signal }),
    placeholderData: (old) => old,
  });

export const followUpQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.followUp(id),
    queryFn: ({ signal }) => api.get<FollowUp>(`/follow-ups/${id}`, { signal }),
  });

export const activitiesQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: queryKeys.activities(id),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Activity>>(`/follow-ups/${id}/activities`, {
        query: { limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
