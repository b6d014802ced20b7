import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Page, Subject, SubjectChange, SubjectDetails } from "@/api/types";

export const subjectQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.subject(id),
    queryFn: ({ signal }) => api.get<SubjectDetails>(`/subjects/${id}`, { signal }),
  });

export const subjectChangesQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: queryKeys.subjectChanges(id),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<SubjectChange>>(`/subjects/${id}/changes`, { query: { limit: 20, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const subjectsQuery = (filters: { q?: string | undefined; kind?: string | undefined }) =>
  infiniteQueryOptions({
    queryKey: queryKeys.subjectList(filters),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Subject>>("/subjects", { query: { ...filters, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
