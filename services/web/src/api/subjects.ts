import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf, type QueryOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { pages } from "@/api/pages";

export const subjectQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.subject(id),
    queryFn: ({ signal }) => dataOf(api.GET("/subjects/{subject_id}", { params: { path: { subject_id: id } }, signal })),
  });

export const subjectChangesQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: queryKeys.subjectChanges(id),
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/subjects/{subject_id}/changes", {
          params: { path: { subject_id: id }, query: { limit: 20, cursor: pageParam } },
          signal,
        }),
      ),
    ...pages,
  });

/** What happened to all follow-ups about a lead or client, newest first. */
export const storyQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: queryKeys.subjectActivities(id),
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/subjects/{subject_id}/activities", {
          params: { path: { subject_id: id }, query: { limit: 20, cursor: pageParam } },
          signal,
        }),
      ),
    ...pages,
  });

export const subjectsQuery = (filters: Pick<QueryOf<"/subjects">, "q" | "kind" | "owner_id" | "has_owner">) =>
  infiniteQueryOptions({
    queryKey: queryKeys.subjectList(filters),
    queryFn: ({ pageParam, signal }) =>
      dataOf(api.GET("/subjects", { params: { query: { ...filters, limit: 50, cursor: pageParam } }, signal })),
    ...pages,
  });
