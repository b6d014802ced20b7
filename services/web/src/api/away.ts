import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Away } from "@/api/types";

/** Who is away now; people plan that ahead, and days are long. */
const awayQuery = queryOptions({
  queryKey: queryKeys.away,
  queryFn: async ({ signal }) => (await dataOf(api.GET("/absences/today", { signal }))).items,
  staleTime: 5 * 60_000,
  select: (items: readonly Away[]) => new Map(items.map(({ user_id: id, until }) => [id, until])),
});

const NOBODY: ReadonlyMap<number, string> = new Map();

/** The last day of each person who is away now, by their id. */
export function useAway(): ReadonlyMap<number, string> {
  return useQuery(awayQuery).data ?? NOBODY;
}
