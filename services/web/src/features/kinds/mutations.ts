import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { Kind } from "@/api/types";
import { isolate } from "@/components/bidi";
import { done, failed } from "@/components/toasts";
import { t } from "@/i18n";

/** Both lists and each label may be others by now. */
function again(cache: QueryClient): void {
  void cache.invalidateQueries({ queryKey: queryKeys.kinds });
}

/** Add a kind, at the end of the list. */
export function useAdd() {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (label: string) => {
      const body = { label };
      return dataOf(api.POST("/follow-up-kinds", { body, params: { header: idempotencyKey(submission.keyOf(body)) } }));
    },
    onSuccess: ({ label }) => {
      submission.created();
      done(t.kinds.saved(isolate(label)));
      again(cache);
    },
  });
}

interface Change {
  kind: Kind;
  body: { label: string } | { archived: boolean };
}

/** Rename a kind, archive it or bring it back; the form of a name says itself why that failed. */
export function useChange() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, body }: Change) =>
      dataOf(
        api.PATCH("/follow-up-kinds/{choice_id}", { params: { path: { choice_id: kind.id } }, headers: ifMatch(kind.etag), body }),
      ),
    onSuccess: ({ label }) => done(t.kinds.saved(isolate(label))),
    onError: (error, { body }) => ("archived" in body ? failed(t.kinds.notSaved, error) : undefined),
    onSettled: () => again(cache),
  });
}

/** Put the kinds in use into another order. */
export function useOrder() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (ids: number[]) => (await dataOf(api.PUT("/follow-up-kinds/order", { body: { ids } }))).items,
    onSuccess: (items) => cache.setQueryData(queryKeys.kindList(false), items),
    onError: (error) => {
      failed(t.kinds.notSaved, error);
      again(cache);
    },
  });
}
