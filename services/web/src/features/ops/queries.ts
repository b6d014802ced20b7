import { infiniteQueryOptions, queryOptions, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { api, dataOf, type QueryOf } from "@/api/client";
import { pages } from "@/api/pages";
import { queryKeys } from "@/api/queryKeys";
import type { Queues } from "@/api/types";
import { remember, type Figures, type Watched } from "@/features/ops/history";
import { now } from "@/time/clock";

/** A hidden page is not refreshed: that is TanStack's default. */
const LIVE_MS = 3_000;
export const SLOWER_MS = 5_000;

/** The states of a service's queues, by what Dramatiq uses them for. */
export const KINDS = ["main", "delayed", "dead"] as const;

export const queuesQuery = queryOptions({
  queryKey: queryKeys.queues,
  queryFn: async ({ signal, client, queryKey }) =>
    watched(client, queryKey, await dataOf(api.GET("/ops/queues", { signal })), readyOf),
  refetchInterval: LIVE_MS,
});

export const outboxQuery = queryOptions({
  queryKey: queryKeys.outbox,
  queryFn: async ({ signal, client, queryKey }) =>
    watched(client, queryKey, await dataOf(api.GET("/ops/outbox", { signal })), ({ waiting }) => ({ waiting })),
  refetchInterval: LIVE_MS,
});

export const selfAuditQuery = queryOptions({
  queryKey: queryKeys.selfAudit,
  queryFn: ({ signal }) => dataOf(api.GET("/ops/self-audit", { signal })),
  refetchInterval: SLOWER_MS,
});

export const deadLettersQuery = (filters: Pick<QueryOf<"/ops/dead-letters">, "type" | "q">) =>
  infiniteQueryOptions({
    queryKey: queryKeys.deadLetterList(filters),
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/ops/dead-letters", { params: { query: { ...filters, limit: 50, cursor: pageParam } }, signal }),
      ),
    ...pages,
    refetchInterval: SLOWER_MS,
  });

export const deadLetterQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.deadLetter(id),
    queryFn: ({ signal }) => dataOf(api.GET("/ops/dead-letters/{event_id}", { params: { path: { event_id: id } }, signal })),
  });

export const deliveriesSummaryQuery = queryOptions({
  queryKey: queryKeys.deliveriesSummary,
  queryFn: ({ signal }) => dataOf(api.GET("/deliveries/summary", { signal })),
  refetchInterval: SLOWER_MS,
});

export const failedDeliveriesQuery = infiniteQueryOptions({
  queryKey: queryKeys.failedDeliveries,
  queryFn: ({ pageParam, signal }) =>
    dataOf(api.GET("/deliveries", { params: { query: { state: "failed", limit: 50, cursor: pageParam } }, signal })),
  ...pages,
  refetchInterval: SLOWER_MS,
});

/** What the audit log is narrowed to. */
export type AuditQuery = QueryOf<"/ops/audit-log">;

export const auditLogQuery = (filters: AuditQuery) =>
  infiniteQueryOptions({
    queryKey: queryKeys.auditLog(filters),
    queryFn: ({ pageParam, signal }) =>
      dataOf(api.GET("/ops/audit-log", { params: { query: { ...filters, limit: 50, cursor: pageParam } }, signal })),
    ...pages,
    refetchInterval: SLOWER_MS,
  });

/** A reading with the samples before it, which live in the cache: they last as long as the visit. */
function watched<T>(cache: QueryClient, key: QueryKey, reading: T, figuresOf: (reading: T) => Figures): Watched<T> {
  const before = cache.getQueryData<Watched<T>>(key)?.history ?? [];
  return { reading, history: remember(before, { at: now(), figures: figuresOf(reading) }) };
}

function readyOf({ queues }: Queues): Figures {
  return Object.fromEntries(queues.flatMap((service) => KINDS.map((kind) => [service[kind].name, service[kind].ready])));
}
