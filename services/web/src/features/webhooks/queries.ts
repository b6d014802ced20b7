import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { pages } from "@/api/pages";
import { queryKeys } from "@/api/queryKeys";

/** What becomes of a delivery is seen while one looks. */
const LIVE_MS = 3_000;

export const webhooksQuery = queryOptions({
  queryKey: queryKeys.webhookList,
  queryFn: async ({ signal }) => (await dataOf(api.GET("/webhooks", { params: { query: { limit: 200 } }, signal }))).items,
});

export const webhookQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.webhook(id),
    queryFn: ({ signal }) => dataOf(api.GET("/webhooks/{webhook_id}", { params: { path: { webhook_id: id } }, signal })),
    refetchInterval: LIVE_MS,
  });

export const deliveriesQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: queryKeys.webhookDeliveries(id),
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/webhooks/{webhook_id}/deliveries", {
          params: { path: { webhook_id: id }, query: { limit: 50, cursor: pageParam } },
          signal,
        }),
      ),
    ...pages,
    refetchInterval: LIVE_MS,
  });

export const deliveryQuery = (webhook: number, id: string) =>
  queryOptions({
    queryKey: queryKeys.webhookDelivery(webhook, id),
    queryFn: ({ signal }) =>
      dataOf(
        api.GET("/webhooks/{webhook_id}/deliveries/{call_id}", {
          params: { path: { webhook_id: webhook, call_id: id } },
          signal,
        }),
      ),
    refetchInterval: LIVE_MS,
  });
