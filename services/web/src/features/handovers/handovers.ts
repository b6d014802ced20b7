import { keepPreviousData, queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { HandOver, HandOverInput, OpenWorkFilter } from "@/api/types";
import { done, failed } from "@/components/toasts";
import { refreshLists } from "@/features/followups";
import { words } from "@/i18n/handovers";

/** What is asked of a hand-over, before it has been counted. */
export interface Wanted {
  to: number;
  until: string | null;
  reason: string | null;
  filter: OpenWorkFilter;
}

/** How many follow-ups would go over; asked again each time, since they change. */
export const openWorkQuery = (person: number, { to, until, filter }: Omit<Wanted, "reason">) =>
  queryOptions({
    queryKey: queryKeys.openWork(person, { to, until, filter }),
    queryFn: () => handOver(person, { to, until, filter, dry_run: true }),
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });

/** The latest hand-overs from and to a person. */
export const handOversQuery = (person: number) =>
  queryOptions({
    queryKey: queryKeys.handOversOf(person),
    queryFn: ({ signal }) => dataOf(api.GET("/hand-overs", { params: { query: { user_id: person, limit: 20 } }, signal })),
    staleTime: 0,
  });

/** Hands over what was counted. */
export function useHandOver(person: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ expected, ...wanted }: Wanted & { expected: number }) =>
      handOver(person, { ...wanted, expected, dry_run: false }),
    onSettled: () => settle(cache),
  });
}

/** For a day: gives back what is open and was not changed since. */
export function useUndoHandOver() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: HandOver) =>
      dataOf(api.POST("/hand-overs/{hand_over_id}/undo", { params: { path: { hand_over_id: id } } })),
    onSuccess: ({ given_back: back, number }) => done(words.undone(back ?? 0, number)),
    onError: (failure) => failed(words.notUndone, failure),
    onSettled: () => settle(cache),
  });
}

function handOver(person: number, body: HandOverInput) {
  return dataOf(api.POST("/users/{user_id}/hand-over", { params: { path: { user_id: person } }, body }));
}

function settle(cache: QueryClient): void {
  refreshLists(cache);
  void cache.invalidateQueries({ queryKey: queryKeys.followUps });
  void cache.invalidateQueries({ queryKey: queryKeys.handOvers });
  void cache.invalidateQueries({ queryKey: queryKeys.teams });
}
