import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { LadderInput, PolicyInput } from "@/api/types";
import { labelOf, peopleQuery } from "@/features/people";
import { lookAhead } from "@/features/policies/simulate";
import { placeable, type StepDraft } from "@/features/policies/steps";

/** The policies in use, in the order in which they are tried; they are few. */
export const policiesQuery = queryOptions({
  queryKey: queryKeys.policyList,
  queryFn: async ({ signal }) => (await dataOf(api.GET("/policies", { params: { query: { limit: 200 } }, signal }))).items,
});

export function policyQuery(id: number) {
  return queryOptions({
    queryKey: queryKeys.policy(id),
    queryFn: ({ signal }) => dataOf(api.GET("/policies/{policy_id}", { params: { path: { policy_id: id } }, signal })),
  });
}

/** What a draft would do to the open follow-ups at once, if they moved to it. It changes nothing. */
export function effectQuery({ id, etag }: { id: number; etag: string }, policy: PolicyInput) {
  return queryOptions({
    queryKey: queryKeys.policyEffect(id, etag),
    queryFn: ({ signal }) => lookAhead({ policy, id, window: "now" }, signal),
    gcTime: 0, // follow-ups come and go
  });
}

interface Asked {
  due: string;
  /** By which working time counts; null: every hour of every day. */
  calendarId: number | null;
  /** Of the calendar: another version counts otherwise. */
  etag: string;
  steps: readonly StepDraft[];
}

/** When steps and their repeats come, as the engine places them. */
export function ladderQuery({ due, calendarId, etag, steps }: Asked) {
  const body: LadderInput = { due_at: due, calendar_id: calendarId, steps: steps.map(placeable) as LadderInput["steps"] };
  return queryOptions({
    queryKey: queryKeys.ladder(etag, body),
    queryFn: ({ signal }) => dataOf(api.POST("/policies/ladder", { body, signal })),
    staleTime: Infinity, // of this version of the calendar
  });
}

/** Names of everybody, by id. */
export function useNames(): ReadonlyMap<number, string> {
  const { data } = useQuery(peopleQuery);
  return new Map((data ?? []).map((person) => [person.id, labelOf(person)]));
}
