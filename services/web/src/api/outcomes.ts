import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";

/** What came of a follow-up of which nobody says anything else. */
export const DEFAULT_OUTCOME = "done";

/** They are few, and seldom change. */
const FRESH_MS = 5 * 60_000;

/** Outcomes in use, in the order in which people choose from them; or the archived ones. */
export const outcomesQuery = (archived = false) =>
  queryOptions({
    queryKey: queryKeys.outcomeList(archived),
    queryFn: async ({ signal }) =>
      (await dataOf(api.GET("/outcomes", { params: { query: { archived, limit: 200 } }, signal }))).items,
    staleTime: FRESH_MS,
  });

/** What people call an outcome, also one that is archived by now; its name until that is known. */
export function useOutcomeLabel(name: string): string {
  const inUse = useQuery({ ...outcomesQuery(), enabled: name !== "" });
  const found = inUse.data?.find((outcome) => outcome.name === name);
  const archived = useQuery({ ...outcomesQuery(true), enabled: name !== "" && inUse.isSuccess && !found });
  return (found ?? archived.data?.find((outcome) => outcome.name === name))?.label ?? name;
}
