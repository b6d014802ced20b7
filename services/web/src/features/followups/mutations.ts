import { useMutation, useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { currentIn, Problem } from "@/api/problem";
import { useSubmission } from "@/api/submission";
import { useMe } from "@/api/session";
import type { BulkChange, BulkFilter, BulkResult, Completion, FollowUp, FollowUpCreate, FollowUpPatch } from "@/api/types";
import { isolate } from "@/components/bidi";
import { nameOf, type Named } from "@/features/followups/naming";
import { needsNote, openCompletion } from "@/features/followups/completion";
import { refreshLists, putBack, restore, show, takeOut } from "@/features/followups/cache";
import { done, failed } from "@/components/toasts";
import { expectUndo, forgetUndo, withUndo } from "@/components/undo";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { onCalendar } from "@/time/format";

interface Completing {
  followUp: FollowUp;
  /** What came of it and what comes next; without it, it is done. */
  completion?: Completion;
}

/** Complete with one click: the row goes at once, comes back if it fails, and a toast undoes it. */
export function useComplete() {
  const { time_zone: zone } = useMe();
  const cache = useQueryClient();
  const undo = useUndo();
  const complete = useMutation({
    mutationFn: ({ followUp, completion }: Completing) =>
      dataOf(api.POST("/follow-ups/{follow_up_id}/complete", { ...asSeen(followUp), body: completion })),
    onMutate: async ({ followUp }) => {
      const change = expectUndo();
      return { ...(await takeOut(cache, new Set([followUp.id]))), change };
    },
    onError: (error, { followUp, completion }, taken) => {
      forgetUndo(taken?.change);
      const current = currentOf(error) ?? followUp; // what somebody made of it meanwhile
      restore(cache, taken, followUp);
      if (current !== followUp) show(cache, current);
      const again = { followUp: current, ...(completion && { completion }) };
      if (needsNote(error)) openCompletion({ ...current, note_required: true });
      else failed(t.changes.stillOpen(nameOf(followUp)), error, () => complete.mutate(again));
      settle(cache);
    },
    onSuccess: ({ next, next_in_series: inSeries, ...completed }, { followUp }, { touched, change }) => {
      show(cache, completed);
      const what = nameOf(followUp);
      const comes = next ?? inSeries;
      const said = comes ? t.completing.plannedNext(what, onCalendar(comes.due_at, zone, now())) : t.changes.completed(what);
      withUndo(said, () => undo.mutateAsync({ followUp: completed, touched }), change);
      settle(cache, completed.id);
    },
  });
  return { ...complete, atOnce };

  /** With one key or click; where its policy asks for a note, that is asked for. */
  function atOnce(followUp: FollowUp) {
    if (followUp.note_required) openCompletion(followUp);
    else complete.mutate({ followUp });
  }
}

interface Undoing {
  /** As the change that is undone has left it: what came later is not undone by an older message. */
  followUp: FollowUp;
  /** Lists that it was in before it was changed. */
  touched?: readonly QueryKey[];
}

/** Take back one's own last change: all is as it was, and nobody is told again. */
export function useUndo() {
  const cache = useQueryClient();
  const undo = useMutation({
    mutationFn: ({ followUp }: Undoing) => dataOf(api.POST("/follow-ups/{follow_up_id}/undo", asSeen(followUp))),
    onError: (error, undoing) => {
      const current = currentOf(error);
      if (current) show(cache, current);
      const again = error instanceof Problem && error.unreachable ? () => undo.mutate(undoing) : undefined;
      failed(t.changes.unchanged(nameOf(undoing.followUp)), error, again);
      settle(cache, undoing.followUp.id);
    },
    onSuccess: (undone, { touched = [] }) => {
      putBack(cache, touched, undone);
      show(cache, undone);
      settle(cache, undone.id);
    },
  });
  return undo;
}

export function useReopen() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (seen: FollowUp) => dataOf(api.POST("/follow-ups/{follow_up_id}/reopen", asSeen(seen))),
    onError: (error, followUp) => {
      failed(t.changes.stillCompleted(nameOf(followUp)), error);
      settle(cache, followUp.id);
    },
    onSuccess: (reopened) => {
      show(cache, reopened);
      settle(cache, reopened.id);
    },
  });
}

export function useCreate() {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (body: FollowUpCreate) =>
      dataOf(api.POST("/follow-ups", { body, params: { header: idempotencyKey(submission.keyOf(body)) } })),
    onSuccess: (created) => {
      submission.created();
      settle(cache, created.id);
    },
  });
}

/** Let nothing come after a follow-up of a series. */
export function useEndSeries() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ series_id: id }: FollowUp) =>
      dataOf(api.POST("/series/{series_id}/end", { params: { path: { series_id: id ?? 0 } } })),
    onSuccess: (_, followUp) => done(t.changes.seriesEnded(nameOf(followUp))),
    onError: (error, followUp) => failed(t.changes.unchanged(nameOf(followUp)), error),
    onSettled: (_, __, { id }) => settle(cache, id),
  });
}

interface Edit {
  id: number;
  /** Of the follow-up that the change is based on. */
  etag: string;
  changes: FollowUpPatch;
}

export function useEdit() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ changes, ...seen }: Edit) =>
      dataOf(api.PATCH("/follow-ups/{follow_up_id}", { ...asSeen(seen), body: changes })),
    onSuccess: (edited) => {
      show(cache, edited);
      settle(cache, edited.id);
    },
  });
}

export function useRemove() {
  const cache = useQueryClient();
  const restoreIt = useRestore();
  return useMutation({
    mutationFn: (seen: FollowUp) => api.DELETE("/follow-ups/{follow_up_id}", asSeen(seen)),
    onMutate: ({ id }) => takeOut(cache, new Set([id])),
    onError: (error, followUp, taken) => {
      restore(cache, taken, followUp);
      failed(t.changes.notDeleted(nameOf(followUp)), error);
      settle(cache);
    },
    onSuccess: (_, { id, title, subject }) => {
      const what = { id, title, subject };
      withUndo(t.changes.deleted(nameOf(what)), () => restoreIt.mutateAsync(what).then(() => false));
      cache.removeQueries({ queryKey: queryKeys.followUp(id) });
      cache.removeQueries({ queryKey: queryKeys.activities(id) });
      settle(cache);
    },
  });
}

/** Bring back what was deleted, as it was. */
export function useRestore() {
  const cache = useQueryClient();
  const restoring = useMutation({
    mutationFn: ({ id }: Named & { id: number }) =>
      dataOf(api.POST("/follow-ups/{follow_up_id}/restore", { params: { path: { follow_up_id: id } } })),
    onError: (error, gone) => {
      const again = error instanceof Problem && error.unreachable ? () => restoring.mutate(gone) : undefined;
      failed(t.changes.notRestored(nameOf(gone)), error, again);
      settle(cache);
    },
    onSuccess: ({ id, assignee, ...restored }) => {
      const what = nameOf(restored);
      done(assignee.active ? t.changes.restored(what) : t.changes.restoredInactive(what, isolate(assignee.name)));
      cache.removeQueries({ queryKey: queryKeys.followUp(id) }); // "not found", while it was away
      settle(cache, id);
    },
  });
  return restoring;
}

/** Names a follow-up, and what a change of it is based on. */
function asSeen({ id, etag }: Seen) {
  return { params: { path: { follow_up_id: id } }, headers: ifMatch(etag) };
}

/** The API takes this many at once. */
const BULK = 10_000;

type Seen = Pick<FollowUp, "id" | "etag">;

/** One action on many: each as it was seen, so that what somebody changed meanwhile is left alone. */
export type BulkAction = Omit<BulkChange, "ids" | "versions" | "etags" | "filter"> & {
  followUps: readonly Seen[];
  /** In place of them: all that it finds. */
  filter?: BulkFilter | null;
};

/** What became of all parts of an action. */
export interface BulkOutcome extends BulkResult {
  /** What ended it before it had come to all. */
  error: unknown;
  /** Those that it did not come to. */
  left: readonly Seen[];
}

/** Change many at once, in as many calls as it takes; what failed is told one by one. What is done when one call
 * fails stays done: the outcome says what is left. */
export function useBulk() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ followUps, filter, ...change }: BulkAction) => {
      const outcome: BulkOutcome = { done: [], changed: [], failed: [], error: null, left: [] };
      if (filter) {
        const found = dataOf(api.POST("/follow-ups/bulk", { body: { ...change, filter } }));
        return found.then((result) => ({ ...outcome, ...result }), (error: unknown) => ({ ...outcome, error }));
      }
      for (let start = 0; start < followUps.length; start += BULK) {
        const part = followUps.slice(start, start + BULK);
        const ids = part.map(({ id }) => id);
        const etags = part.map(({ etag }) => etag);
        try {
          const { done, changed, failed } = await dataOf(api.POST("/follow-ups/bulk", { body: { ...change, ids, etags } }));
          outcome.done.push(...done);
          outcome.changed.push(...changed);
          outcome.failed.push(...failed);
        } catch (error) {
          return { ...outcome, error, left: followUps.slice(start) };
        }
      }
      return outcome;
    },
    // Long lists are not asked for again: what has left them goes at once.
    onSuccess: ({ done }, { action }) => (LEAVING.has(action) ? takeOut(cache, new Set(done)) : undefined),
    onSettled: (_, __, { action }) => {
      if (action === "undo") void cache.invalidateQueries({ queryKey: queryKeys.followUps });
      settle(cache);
    },
  });
}

/** What takes follow-ups out of the lists that they are in; after an undo the API says into which they go. */
const LEAVING = new Set<BulkChange["action"]>(["complete", "reschedule", "undo"]);

/** A follow-up as it is now, when a change was based on an older version. */
export function currentOf(error: unknown): FollowUp | null {
  const current = currentIn(error);
  return typeof current === "object" && current !== null && "due_at" in current ? (current as FollowUp) : null;
}

/** Ask again for what a change may have moved elsewhere. */
function settle(cache: QueryClient, id?: number): void {
  if (id !== undefined) void cache.invalidateQueries({ queryKey: queryKeys.activities(id) });
  refreshLists(cache);
}
