import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { PolicyInput } from "@/api/types";
import { labelOf, peopleQuery } from "@/features/people";
import { lookAhead } from "@/features/policies/simulate";

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

/** Names of everybody, by id. */
export function useNames(): ReadonlyMap<number, string> {
  const { data } = useQuery(peopleQuery);
  return new Map((data ?? []).map((person) => [person.id, labelOf(person)]));
}
