import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { Destination, DestinationState, NewDestination } from "@/api/types";
import { done, failed } from "@/components/toasts";
import { words } from "@/i18n/destinations";

/** What becomes of a code or a test is seen while one looks. */
const LIVE_MS = 3_000;
/** They have a section of their own. */
const BROWSERS = "push";

const of = (id: number) => ({ params: { path: { destination_id: id } } });

export const destinationsQuery = queryOptions({
  queryKey: queryKeys.destinations,
  queryFn: async ({ signal }) =>
    (await dataOf(api.GET("/me/destinations", { params: { query: { limit: 200 } }, signal }))).items,
  select: (all: Destination[]) => all.filter(({ channel }) => channel !== BROWSERS),
  refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? LIVE_MS : false),
});

export const channelsQuery = queryOptions({
  queryKey: queryKeys.channels,
  queryFn: async ({ signal }) => (await dataOf(api.GET("/me/channels", { signal }))).items,
  select: (all) => all.filter(({ name }) => name !== BROWSERS),
});

function isUnderWay({ last_message: last }: Destination): boolean {
  return last !== null && ["queued", "sending", "unknown"].includes(last.state);
}

function useRefresh() {
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: queryKeys.destinations });
}

/** Add a destination; its form says itself why that failed. */
export function useAdd() {
  const submission = useSubmission();
  return useMutation({
    mutationFn: (body: NewDestination) =>
      dataOf(api.POST("/me/destinations", { body, params: { header: idempotencyKey(submission.keyOf(body)) } })),
    onSettled: useRefresh(),
  });
}

/** Verify a destination; its form says itself why that failed. */
export function useVerify(id: number) {
  return useMutation({
    mutationFn: (code: string) => dataOf(api.POST("/me/destinations/{destination_id}/verify", { ...of(id), body: { code } })),
    onSuccess: () => done(words.verified),
    onSettled: useRefresh(),
  });
}

/** Send another code. */
export function useAnother(id: number) {
  return useMutation({
    mutationFn: () => dataOf(api.POST("/me/destinations/{destination_id}/code", of(id))),
    onSuccess: () => done(words.anotherSent),
    onError: (error) => failed(words.notChanged, error),
    onSettled: useRefresh(),
  });
}

/** Send a test. */
export function useTest(id: number) {
  return useMutation({
    mutationFn: () => dataOf(api.POST("/me/destinations/{destination_id}/test", of(id))),
    onSuccess: () => done(words.testSent),
    onError: (error) => failed(words.notChanged, error),
    onSettled: useRefresh(),
  });
}

/** Switch a destination on or off, which shows at once. */
export function useSwitch(id: number) {
  const cache = useQueryClient();
  const queryKey = queryKeys.destinations;
  return useMutation({
    mutationFn: (state: Exclude<DestinationState, "unverified">) =>
      dataOf(api.PATCH("/me/destinations/{destination_id}", { ...of(id), body: { state } })),
    onMutate: async (state) => {
      await cache.cancelQueries({ queryKey });
      const before = cache.getQueryData<Destination[]>(queryKey);
      cache.setQueryData<Destination[]>(queryKey, (all) => all?.map((each) => (each.id === id ? { ...each, state, problem: null } : each)));
      return { before };
    },
    onError: (error, _, context) => {
      cache.setQueryData(queryKey, context?.before);
      failed(words.notChanged, error);
    },
    onSettled: useRefresh(),
  });
}

/** Remove a destination. */
export function useRemove(id: number) {
  return useMutation({
    mutationFn: () => api.DELETE("/me/destinations/{destination_id}", of(id)),
    onSuccess: () => done(words.removed),
    onError: (error) => failed(words.notChanged, error),
    onSettled: useRefresh(),
  });
}
