import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Sequence } from "@/api/types";

/** All sequences, by name. */
export const sequencesQuery = queryOptions({
  queryKey: queryKeys.sequences,
  queryFn: async ({ signal }) => {
    const all: Sequence[] = [];
    let cursor: string | undefined;
    do {
      const page = await dataOf(api.GET("/sequences", { params: { query: { limit: 200, cursor } }, signal }));
      all.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return all;
  },
});

/** More than that were never started on one lead; the newest are shown. */
const SHOWN = 20;

/** Those that were started on a lead or client, or the one of which a follow-up is a step; the newest first. */
export const enrolmentsQuery = (asked: { subject_id: number } | { follow_up_id: number }) =>
  queryOptions({
    queryKey: queryKeys.enrolments(asked),
    queryFn: async ({ signal }) =>
      (await dataOf(api.GET("/enrolments", { params: { query: { ...asked, limit: SHOWN } }, signal }))).items,
  });
