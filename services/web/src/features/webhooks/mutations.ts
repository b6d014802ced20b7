import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { NewWebhook, Webhook, WebhookPatch } from "@/api/types";
import { done, failed } from "@/components/toasts";
import { words } from "@/i18n/webhooks";

const of = (id: number) => ({ params: { path: { webhook_id: id } } });

function useRefresh() {
  const cache = useQueryClient();
  return () => void cache.invalidateQueries({ queryKey: queryKeys.webhooks });
}

/** Make a webhook; its form says itself why that failed. */
export function useCreate() {
  const submission = useSubmission();
  return useMutation({
    mutationFn: (body: NewWebhook) =>
      dataOf(api.POST("/webhooks", { body, params: { header: idempotencyKey(submission.keyOf(body)) } })),
    onSettled: useRefresh(),
  });
}

/** Change where a webhook leads or what it hears; its form says itself why that failed. */
export function useEdit(id: number) {
  return useMutation({
    mutationFn: (body: WebhookPatch) => dataOf(api.PATCH("/webhooks/{webhook_id}", { ...of(id), body })),
    onSettled: useRefresh(),
  });
}

/** Pause a webhook or switch it on, which shows at once. */
export function useSwitch({ id }: Webhook) {
  const cache = useQueryClient();
  const queryKey = queryKeys.webhook(id);
  return useMutation({
    mutationFn: (state: "on" | "paused") => dataOf(api.PATCH("/webhooks/{webhook_id}", { ...of(id), body: { state } })),
    onMutate: async (state) => {
      await cache.cancelQueries({ queryKey });
      const before = cache.getQueryData<Webhook>(queryKey);
      if (before) cache.setQueryData<Webhook>(queryKey, { ...before, state });
      return { before };
    },
    onSuccess: ({ state }) => done(state === "paused" ? words.paused : words.resumed),
    onError: (error, _, context) => {
      cache.setQueryData(queryKey, context?.before);
      failed(words.notChanged, error);
    },
    onSettled: useRefresh(),
  });
}

/** Send a webhook a test. */
export function useTest(id: number) {
  return useMutation({
    mutationFn: () => dataOf(api.POST("/webhooks/{webhook_id}/test", of(id))),
    onSuccess: () => done(words.testSent),
    onError: (error) => failed(words.notChanged, error),
    onSettled: useRefresh(),
  });
}

/** Give a webhook another secret. */
export function useRotate(id: number) {
  return useMutation({
    mutationFn: () => dataOf(api.POST("/webhooks/{webhook_id}/rotate-secret", of(id))),
    onError: (error) => failed(words.notChanged, error),
    onSettled: useRefresh(),
  });
}

/** Delete a webhook; `gone` is called once it is. */
export function useDelete(id: number, gone: () => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => api.DELETE("/webhooks/{webhook_id}", of(id)),
    onSuccess: () => {
      done(words.deleted);
      gone();
      refresh();
    },
    onError: (error) => failed(words.notChanged, error),
  });
}

/** Send an event again. */
export function useReplay(webhook: number, id: string) {
  return useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/webhooks/{webhook_id}/deliveries/{call_id}/replay", {
          params: { path: { webhook_id: webhook, call_id: id } },
        }),
      ),
    onSuccess: () => done(words.replayed),
    onError: (error) => failed(words.notReplayed, error),
    onSettled: useRefresh(),
  });
}
