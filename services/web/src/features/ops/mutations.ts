import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { DeadLetter, DeadLettersDone } from "@/api/types";
import { done, failed } from "@/components/toasts";
import { words } from "@/i18n/ops";

/** The most that the API takes at once. */
const BULK = 1_000;

/** What to deal with: one dead letter, or all of a type. */
export type Target = { letter: DeadLetter } | { type: string };

/** What to give up: of a type only what was shown, with the last failure of the newest one. */
export type Discarded = { letter: DeadLetter } | { type: string; upTo: string };

export function useReplay() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (target: Target) => {
      if ("type" in target) return dataOf(api.POST("/ops/dead-letters/replay", { body: { type: target.type, limit: BULK } }));
      await api.POST("/ops/dead-letters/{event_id}/replay", { params: { path: { event_id: target.letter.id } } });
      return null;
    },
    onSuccess: (result) => done(result ? replayed(result) : words.ops.sentAgain),
    onError: (error) => failed(words.ops.notSentAgain, error),
    onSettled: refresh,
  });
}

export function useDiscard() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async ({ target, note }: { target: Discarded; note: string }) => {
      if ("type" in target) {
        const { type, upTo } = target;
        return dataOf(api.POST("/ops/dead-letters/discard", { body: { type, up_to: upTo, note, limit: BULK } }));
      }
      const params = { path: { event_id: target.letter.id } };
      await api.POST("/ops/dead-letters/{event_id}/discard", { params, body: { note } });
      return null;
    },
    onSuccess: (result) => done(result ? words.ops.manyDiscarded(result.done, result.left) : words.ops.discarded),
    onSettled: refresh,
  });
}

/** Tries one delivery again that failed: it is gone from the list. */
export function useRetryDelivery() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => api.POST("/deliveries/{delivery_id}/retry", { params: { path: { delivery_id: id } } }),
    onSuccess: () => done(words.ops.retried),
    onError: (error) => failed(words.ops.notRetried, error),
    onSettled: refresh,
  });
}

function useRefresh(): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: queryKeys.ops });
}

function replayed({ done: sent, refused, reason, left }: DeadLettersDone): string {
  const summary = words.ops.manySent(sent, left);
  return refused ? words.ops.manyRefused(summary, refused, reason ?? "") : summary;
}
