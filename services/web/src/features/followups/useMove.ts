import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, ifMatch } from "@/api/client";
import { useMe } from "@/api/session";
import type { FollowUp } from "@/api/types";
import { failed } from "@/components/toasts";
import { expectUndo, forgetUndo, withUndo } from "@/components/undo";
import { putBack, refreshLists, restore, show, takeOut } from "@/features/followups/cache";
import { currentOf, useUndo } from "@/features/followups/mutations";
import { nameOf } from "@/features/followups/naming";
import { needsReason, openMove } from "@/features/followups/rescheduling";
import { queryKeys } from "@/api/queryKeys";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { onCalendar } from "@/time/format";

interface Move {
  followUp: FollowUp;
  dueAt: string;
  reason?: string | undefined;
  /** Puts back what was shown as moved. */
  putBack?: (() => void) | undefined;
}

/**
 * Gives a follow-up another due time: its row goes at once, and comes back where it belongs by then. It says so, and
 * offers to undo it. Where it turns out that a reason is needed, it is asked for; where somebody has changed it meanwhile,
 * what they made of it is shown. With a reason it fails as the API
 * does, for the form that has it to say why.
 */
export function useMove() {
  const { time_zone: zone } = useMe();
  const cache = useQueryClient();
  const undo = useUndo();
  const moving = useMutation({
    mutationFn: ({ followUp: { id, etag }, dueAt, reason }: Move) =>
      dataOf(
        api.PATCH("/follow-ups/{follow_up_id}", {
          params: { path: { follow_up_id: id } },
          headers: ifMatch(etag),
          body: { due_at: dueAt, ...(reason !== undefined && { reason }) },
        }),
      ),
    onMutate: async ({ followUp, reason }) => {
      const change = expectUndo();
      return { change, taken: reason === undefined ? await takeOut(cache, new Set([followUp.id])) : undefined };
    },
    onError: (error, { followUp, dueAt, reason, putBack: back }, context) => {
      back?.();
      forgetUndo(context?.change);
      restore(cache, context?.taken, followUp);
      const current = currentOf(error);
      if (current) show(cache, current);
      refreshLists(cache);
      if (reason !== undefined) return;
      if (needsReason(error)) openMove({ followUp, dueAt, problem: error });
      else if (current?.status === "open") openMove({ followUp, dueAt, newer: current });
      else failed(t.changes.notMoved(nameOf(followUp)), error);
    },
    onSuccess: (moved, { dueAt }, { change, taken }) => {
      const touched = taken?.touched ?? [];
      putBack(cache, touched, moved);
      show(cache, moved);
      withUndo(t.changes.moved(nameOf(moved), onCalendar(dueAt, zone, now())), () => undo.mutateAsync({ followUp: moved, touched }), change);
      void cache.invalidateQueries({ queryKey: queryKeys.activities(moved.id) });
      refreshLists(cache);
    },
  });
  return {
    move: (followUp: FollowUp, dueAt: string, back?: () => void) => moving.mutate({ followUp, dueAt, putBack: back }),
    moveBecause: (followUp: FollowUp, dueAt: string, reason: string) => moving.mutateAsync({ followUp, dueAt, reason }),
  };
}
