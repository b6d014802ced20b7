import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { labelOf, peopleQuery } from "@/features/people";

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

/** Names of everybody, by id. */
export function useNames(): ReadonlyMap<number, string> {
  const { data } = useQuery(peopleQuery);
  return new Map((data ?? []).map((person) => [person.id, labelOf(person)]));
}
