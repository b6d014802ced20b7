import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, showPerson } from "@/api/client";
import { keys } from "@/api/keys";
import type { LogInOptions, Me, Permission } from "@/api/types";
import { ANOTHER_PERSON, Problem } from "@/api/problem";
import { createStore } from "@/app/store";
import { leaveFor } from "@/components/unsaved";
import { hearTabs, tellTabs } from "@/features/session/tabs";

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async ({ signal }) => {
    const me = await api.get<Me>("/me", { signal });
    showPerson(me.id);
    return me;
  },
  staleTime: 5 * 60_000,
});

const PASSWORDS: LogInOptions = { password: true, provider: null };

/** How people can log in here; undefined: not known yet. Were it not to be had, they try their password. */
export function useLogInOptions(): LogInOptions | undefined {
  const { data, isError } = useQuery({
    queryKey: keys.logInOptions,
    queryFn: ({ signal }) => api.get<LogInOptions>("/session/options", { signal }),
    staleTime: Infinity,
  });
  return isError ? PASSWORDS : data;
}

/** The person who is logged in. Only for components below `RequireSession`. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("useMe needs RequireSession above it");
  return data;
}

export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}

/** Whether the session ended under an open page; what is on the page stays until the next log-in. */
export const sessionEnded = createStore(false);

/** Whether somebody else has logged in in this browser under an open page, which must not act for them. */
export const otherPerson = createStore(false);

/** Any call that the API answers for nobody, or would answer for somebody else, opens a dialog over the page. */
export function useSessionWatch(): void {
  const cache = useQueryClient();
  const { id } = useMe();
  useEffect(() => {
    const check = (error: unknown) => {
      if (!(error instanceof Problem)) return;
      if (error.type === ANOTHER_PERSON) otherPerson.set(true);
      else if (error.status === 401) sessionEnded.set(true);
    };
    const queries = cache.getQueryCache().subscribe((event) => {
      if (event.type === "updated" && event.action.type === "error") check(event.action.error);
    });
    const mutations = cache.getMutationCache().subscribe((event) => {
      if (event.type === "updated" && event.action.type === "error") check(event.action.error);
    });
    return () => {
      queries();
      mutations();
    };
  }, [cache]);
  useEffect(() => {
    tellTabs(id);
    return hearTabs((news) => {
      if (news === null) sessionEnded.set(true);
      else if (news !== id) otherPerson.set(true);
      else if (sessionEnded.get()) {
        sessionEnded.set(false);
        void cache.invalidateQueries();
      }
    });
  }, [cache, id]);
}

export function useLogOut(): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    await api.delete("/session");
    tellTabs(null);
    cache.clear();
    leaveFor("/login"); // a fresh page: nothing of this person stays in memory
  };
}

/** Where to go after log-in: only to a path of this site. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  return /^\/(?![/\\])[^\s\\]*$/.test(next) && !next.startsWith("/login") ? next : "/";
}
