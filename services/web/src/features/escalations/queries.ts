import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf, type QueryOf } from "@/api/client";
import { pages } from "@/api/pages";
import { queryKeys } from "@/api/queryKeys";

export type Level = NonNullable<QueryOf<"/escalations">["level"]>;

/** What both lists and the counts are narrowed to. */
export type Filters = Pick<
  QueryOf<"/escalations">,
  "q" | "assignee" | "policy_id" | "kind" | "priority" | "tag" | "value_from" | "value_to" | "currency"
>;

/** The key begins like that of other lists of follow-ups, so that changes show here as well. */
export const escalationsQuery = (level: Level, filters: Filters) =>
  infiniteQueryOptions({
    queryKey: queryKeys.escalationList({ level, ...filters }),
    queryFn: ({ pageParam, signal }) =>
      dataOf(api.GET("/escalations", { params: { query: { level, ...filters, limit: 100, cursor: pageParam } }, signal })),
    ...pages,
  });

/** As many as the lists with the same filters show. */
export const countsQuery = (filters: Filters) =>
  queryOptions({
    queryKey: queryKeys.escalationCounts(filters),
    queryFn: ({ signal }) => dataOf(api.GET("/escalations/counts", { params: { query: { ...filters, quick: true } }, signal })),
    refetchInterval: 60_000,
    placeholderData: (old) => old,
  });
