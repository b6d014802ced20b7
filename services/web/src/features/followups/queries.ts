import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf, type QueryOf } from "@/api/client";
import { pages } from "@/api/pages";
import { queryKeys } from "@/api/queryKeys";
import type { Sort } from "@/features/followups/filters";
import type { BulkFilter, Repeats, ShownFollowUp, View } from "@/api/types";

const PAGE = 100;

/** What a list and its counts are narrowed to. */
export type ApiFilters = Omit<QueryOf<"/follow-ups/counts">, "quick">;

/** What a list has as well: completed ones what came of them, open ones an order. */
export type ListFilters = ApiFilters & { outcome?: string; sort?: Sort | "due" };

export const followUpsQuery = (view: View, filters: ListFilters) =>
  infiniteQueryOptions({
    queryKey: queryKeys.followUpList({ view, ...filters }),
    queryFn: ({ pageParam, signal }) =>
      dataOf(api.GET("/follow-ups", { params: { query: { view, ...filters, limit: PAGE, cursor: pageParam } }, signal })),
    ...pages,
  });

export const deletedQuery = infiniteQueryOptions({
  queryKey: queryKeys.deletedFollowUps,
  queryFn: ({ pageParam, signal }) =>
    dataOf(api.GET("/follow-ups/deleted", { params: { query: { limit: 50, cursor: pageParam } }, signal })),
  ...pages,
});

export const countsQuery = (filters: ApiFilters) =>
  queryOptions({
    queryKey: queryKeys.followUpCounts(filters),
    queryFn: ({ signal }) => dataOf(api.GET("/follow-ups/counts", { params: { query: { ...filters, quick: true } }, signal })),
    placeholderData: (old) => old,
  });

/** When tomorrow, Monday and so on are for somebody: within their working hours. */
export const presetsQuery = (assignee: number) =>
  queryOptions({
    queryKey: queryKeys.presets(assignee),
    queryFn: async ({ signal }) =>
      (await dataOf(api.GET("/follow-ups/presets", { params: { query: { assignee_id: assignee } }, signal }))).items,
  });

/** A series: its rule in words, and what the next one has. */
export const seriesQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.series(id),
    queryFn: ({ signal }) => dataOf(api.GET("/series/{series_id}", { params: { path: { series_id: id } }, signal })),
  });

/** A rule in words, and its next times. */
export const rulePreviewQuery = (repeats: Repeats, due: string, assignee: number) =>
  queryOptions({
    queryKey: queryKeys.rulePreview({ repeats, due, assignee }),
    queryFn: ({ signal }) =>
      dataOf(api.POST("/series/preview", { body: { repeats, due_at: due, assignee_id: assignee }, signal })),
    enabled: repeats.until !== "",
    retry: false,
    placeholderData: (old) => old,
  });

/** Of these the times up to which one may hold a follow-up by its policy. */
export const holdPresetsQuery = (followUp: number, hold: "snooze" | "wait") =>
  queryOptions({
    queryKey: queryKeys.holdPresets(followUp, hold),
    queryFn: async ({ signal }) =>
      (await dataOf(api.GET("/follow-ups/presets", { params: { query: { follow_up_id: followUp, hold } }, signal }))).items,
    staleTime: 0,
  });

/** The times up to which one may hold many follow-ups by the policies of all of them, and how many may not be held at all. */
export const holdPresetsOfManyQuery = (hold: "snooze" | "wait", which: { ids: number[] } | { filter: BulkFilter }) =>
  queryOptions({
    queryKey: queryKeys.holdPresetsOfMany(hold, which),
    queryFn: ({ signal }) => dataOf(api.POST("/follow-ups/presets", { body: { hold, ...which }, signal })),
    staleTime: 0,
  });

/** When so many working days have passed for somebody, and work begins. */
export const workingDaysQuery = (assignee: number, days: number) =>
  queryOptions({
    queryKey: queryKeys.workingDays(assignee, days),
    queryFn: async ({ signal }) => {
      const query = { assignee_id: assignee, working_days: days };
      return (await dataOf(api.GET("/follow-ups/presets", { params: { query }, signal }))).after_working_days;
    },
  });

export const followUpQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.followUp(id),
    queryFn: ({ signal }): Promise<ShownFollowUp> => dataOf(api.GET("/follow-ups/{follow_up_id}", { params: { path: { follow_up_id: id } }, signal })),
  });

export const activitiesQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: queryKeys.activities(id),
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/follow-ups/{follow_up_id}/activities", {
          params: { path: { follow_up_id: id }, query: { limit: 50, cursor: pageParam } },
          signal,
        }),
      ),
    ...pages,
  });
