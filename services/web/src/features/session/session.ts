import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { keys } from "@/api/keys";
import type { LogInOptions, Me, Permission } from "@/api/types";
import { createStore } from "@/app/store";

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => api.get<Me>("/me", { signal }),
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

export function useLogOut(): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    await api.delete("/session");
    cache.clear();
    location.assign("/login"); // a fresh page: nothing of this person stays in memory
  };
}

/** Where to go after log-in: only to a path of this site. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  return /^\/(?![/\\])[^\s\\]*$/.test(next) && !next.startsWith("/login") ? next : "/";
}
