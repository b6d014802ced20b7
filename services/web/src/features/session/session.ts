import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { api, dataOf, showPerson } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { LogInOptions, Me } from "@/api/types";
import { ANOTHER_PERSON, Problem } from "@/api/problem";
import { otherPerson, sessionEnded, useMe } from "@/api/session";
import { unsubscribe } from "@/api/thisBrowser";
import { leaveFor } from "@/hooks/unsavedChanges";
import { setPreferences } from "@/time/preferences";
import { onSessionNews, announceSession } from "@/features/session/sessionChannel";

const PASSWORDS: LogInOptions = { password: true, provider: null };

/** How people can log in here; undefined: not known yet. Were it not to be had, they try their password. */
export function useLogInOptions(): LogInOptions | undefined {
  const { data, isError } = useQuery({
    queryKey: queryKeys.logInOptions,
    queryFn: ({ signal }) => dataOf(api.GET("/session/options", { signal })),
    staleTime: Infinity,
  });
  return isError ? PASSWORDS : data;
}

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
    announceSession(id);
    return onSessionNews((news) => {
      if (news === null) sessionEnded.set(true);
      else if (news !== id) otherPerson.set(true);
      else if (sessionEnded.get()) {
        sessionEnded.set(false);
        void cache.invalidateQueries();
      }
    });
  }, [cache, id]);
}

/** Go on as somebody who has just logged in. */
export function useEnter(): (person: Me, to: string) => Promise<void> {
  const navigate = useNavigate();
  const cache = useQueryClient();
  return async (person, to) => {
    showPerson(person.id);
    setPreferences(person);
    cache.clear(); // nothing of the one who was logged in before
    cache.setQueryData(queryKeys.me, person);
    await navigate(to, { replace: true });
  };
}

export function useLogOut(): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    await api.DELETE("/session");
    await unsubscribe().catch(() => undefined); // what is pushed is for this person alone
    announceSession(null);
    cache.clear();
    leaveFor("/login"); // a fresh page: nothing of this person stays in memory
  };
}

/** Where to go after log-in: only to a path of this site. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  return /^\/(?![/\\])[^\s\\]*$/.test(next) && !next.startsWith("/login") ? next : "/";
}
