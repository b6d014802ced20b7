import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";

/** What a follow-up is that nobody says anything else of. */
export const DEFAULT_KIND = "task";

/** They are few, and seldom change. */
const FRESH_MS = 5 * 60_000;

/** Kinds in use, in the order in which people choose from them; or the archived ones. */
export const kindsQuery = (archived = false) =>
  queryOptions({
    queryKey: queryKeys.kindList(archived),
    queryFn: async ({ signal }) =>
      (await dataOf(api.GET("/follow-up-kinds", { params: { query: { archived, limit: 200 } }, signal }))).items,
    staleTime: FRESH_MS,
  });

/** What people call a kind, also one that is archived by now; its name until that is known. */
export function useKindLabel(name: string): string {
  const inUse = useQuery(kindsQuery());
  const found = inUse.data?.find((kind) => kind.name === name);
  const archived = useQuery({ ...kindsQuery(true), enabled: name !== "" && inUse.isSuccess && !found });
  return (found ?? archived.data?.find((kind) => kind.name === name))?.label ?? name;
}

/** Kinds to choose from, with the one that something has although it is archived. */
export function useKindChoices(present?: string): { value: string; label: string }[] {
  const { data = [] } = useQuery(kindsQuery());
  const label = useKindLabel(present ?? DEFAULT_KIND);
  const choices = data.map((kind) => ({ value: kind.name, label: kind.label }));
  const missing = present !== undefined && !choices.some(({ value }) => value === present);
  return missing ? [...choices, { value: present, label }] : choices;
}
