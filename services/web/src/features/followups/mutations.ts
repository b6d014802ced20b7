import { useMutation, useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { api } from "@/api/client";
import { keys } from "@/api/keys";
import type { BulkChange, BulkResult, FollowUp, FollowUpCreate, FollowUpPatch } from "@/api/types";
import { refreshLists, putBack, restore, show, takeOut } from "@/features/followups/cache";
import { done, failed, withUndo } from "@/features/followups/toasts";

/** Complete with one click: the row goes at once, comes back if it fails, and a toast undoes it. */
export function useComplete() {
  const cache = useQueryClient();
  const reopen = useReopen();
  const complete = useMutation({
    mutationFn: ({ id }: FollowUp) => api.post<FollowUp>(`/follow-ups/${id}/complete`),
    onMutate: ({ id }) => takeOut(cache, new Set([id])),
    onError: (error, followUp, taken) => {
      restore(cache, taken, followUp);
      failed(`“${followUp.title}” is still open`, error, () => complete.mutate(followUp));
      settle(cache);
    },
    onSuccess: (completed, followUp, { touched }) => {
      show(cache, completed);
      withUndo(`Completed “${followUp.title}”`, () => reopen.mutate({ followUp: completed, touched }));
      settle(cache, completed.id);
    },
  });
  return complete;
}

interface Reopening {
  followUp: FollowUp;
  /** Lists that it was in before it was completed. */
  touched?: readonly QueryKey[];
}

export function useReopen() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ followUp }: Reopening) => api.post<FollowUp>(`/follow-ups/${followUp.id}/reopen`),
    onError: (error, { followUp }) => failed(`“${followUp.title}” is still completed`, error),
    onSuccess: (reopened, { touched = [] }) => {
      putBack(cache, touched, reopened);
      show(cache, reopened);
      settle(cache, reopened.id);
    },
  });
}

export function useCreate() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: FollowUpCreate) => api.post<FollowUp>("/follow-ups", body),
    onSuccess: (created) => settle(cache, created.id),
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
    mutationFn: ({ id, etag, changes }: Edit) => api.patch<FollowUp>(`/follow-ups/${id}`, changes, { etag }),
    onSuccess: (edited) => {
      show(cache, edited);
      settle(cache, edited.id);
    },
  });
}

export function useRemove() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, etag }: FollowUp) => api.delete(`/follow-ups/${id}`, { etag }),
    onMutate: ({ id }) => takeOut(cache, new Set([id])),
    onError: (error, followUp, taken) => {
      restore(cache, taken, followUp);
      failed(`“${followUp.title}” was not deleted`, error);
      settle(cache);
    },
    onSuccess: (_, { id, title }) => {
      done(`Deleted “${title}”`);
      cache.removeQueries({ queryKey: keys.followUp(id) });
      cache.removeQueries({ queryKey: keys.activities(id) });
      settle(cache);
    },
  });
}

/** The API takes this many at once. */
const BULK = 200;

/** Change many at once, in as many calls as it takes; what failed is told one by one. */
export function useBulk() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ ids, ...change }: BulkChange) => {
      const result: BulkResult = { done: [], failed: [] };
      for (let start = 0; start < ids.length; start += BULK) {
        const part = await api.post<BulkResult>("/follow-ups/bulk", {
          ...change,
          ids: ids.slice(start, start + BULK),
        });
        result.done.push(...part.done);
        result.failed.push(...part.failed);
      }
      return result;
    },
    // Long lists are not asked for again: what has left them goes at once.
    onSuccess: ({ done }, { action }) => (action === "reassign" ? undefined : takeOut(cache, new Set(done))),
    onSettled: () => settle(cache),
  });
}

/** Ask again for what a change may have moved elsewhere. */
function settle(cache: QueryClient, id?: number): void {
  if (id !== undefined) void cache.invalidateQueries({ queryKey: keys.activities(id) });
  refreshLists(cache);
}
