import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf, showPerson } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Me, Permission } from "@/api/types";
import { createStore } from "@/hooks/store";
import { setPreferences } from "@/time/preferences";

/** Who is logged in. */
export const meQuery = queryOptions({
  queryKey: queryKeys.me,
  queryFn: async ({ signal }) => {
    const me = await dataOf(api.GET("/me", { signal }));
    showPerson(me.id);
    setPreferences(me);
    return me;
  },
  staleTime: 5 * 60_000,
});

/** The person who is logged in. Only for components below `RequireSession`. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("useMe needs RequireSession above it");
  return data;
}

/** Whether the person who is logged in has a permission. */
export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}

/** Whether the session ended under an open page; what is on the page stays until the next log-in. */
export const sessionEnded = createStore(false);

/** Whether somebody else has logged in in this browser under an open page, which must not act for them. */
export const otherPerson = createStore(false);
