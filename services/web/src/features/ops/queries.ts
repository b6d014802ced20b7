import { infiniteQueryOptions, queryOptions, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { api, type Query } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { AuditEntry, DeadLetter, DeadLetterDetail, Outbox, Page, Queues, SelfAudit } from "@/api/types";
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
    watched(client, queryKey, await api.get<Queues>("/ops/queues", { signal }), readyOf),
  refetchInterval: LIVE_MS,
});

export const outboxQuery = queryOptions({
  queryKey: queryKeys.outbox,
  queryFn: async ({ signal, client, queryKey }) =>
    watched(client, queryKey, await api.get<Outbox>("/ops/outbox", { signal }), ({ waiting }) => ({ waiting })),
  refetchInterval: LIVE_MS,
});

export const selfAuditQuery = queryOptions({
  queryKey: queryKeys.selfAudit,
  queryFn: ({ signal }) => api.get<SelfAudit>("/ops/self-audit", { signal }),
  refetchInterval: SLOWER_MS,
});

export const deadLettersQuery = (filters: { type?: string | undefined; q?: string | undefined }) =>
  infiniteQueryOptions({
    queryKey: queryKeys.deadLetterList(filters),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<DeadLetter>>("/ops/dead-letters", { query: { ...filters, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: SLOWER_MS,
  });

export const deadLetterQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.deadLetter(id),
    queryFn: ({ signal }) => api.get<DeadLetterDetail>(`/ops/dead-letters/${id}`, { signal }),
  });

export const auditLogQuery = (filters: Query) =>
  infiniteQueryOptions({
    queryKey: queryKeys.auditLog(filters),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<AuditEntry>>("/ops/audit-log", { query: { ...filters, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: SLOWER_MS,
  });

/** A reading with the looks before it, which live in the cache: they last as long as the visit. */
function watched<T>(cache: QueryClient, key: QueryKey, reading: T, figuresOf: (reading: T) => Figures): Watched<T> {
  const before = cache.getQueryData<Watched<T>>(key)?.history ?? [];
  return { reading, history: remember(before, { at: now(), figures: figuresOf(reading) }) };
}

function readyOf({ queues }: Queues): Figures {
  return Object.fromEntries(queues.flatMap((service) => KINDS.map((kind) => [service[kind].name, service[kind].ready])));
}
