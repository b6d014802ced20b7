import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, dataOf, ifMatch } from "@/api/client";
import { Problem } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import type { SubjectDetails, SubjectMerge, SubjectMergeInput } from "@/api/types";
import { isolate } from "@/components/bidi";
import { done, failed } from "@/components/toasts";
import { withUndo } from "@/components/undo";
import { refreshLists } from "@/features/followups";
import { words } from "@/i18n/merging";

export type Taken = NonNullable<SubjectMergeInput["take"]>[number];

/** What would go over from one to the other; or why they cannot be one. */
export const mergeCountQuery = (kept: number, other: number) =>
  queryOptions({
    queryKey: queryKeys.merge(kept, other),
    queryFn: () => post(kept, { other: { id: other, etag: null }, take: null, dry_run: true }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

/** Merges another one into this one, says so with a way back, and closes the dialog. */
export function useMerge(kept: SubjectDetails, close: () => void) {
  const cache = useQueryClient();
  const undo = useUndoMerge();
  return useMutation({
    mutationFn: ({ other, take }: { other: SubjectDetails; take: Taken[] }) =>
      post(kept.id, { other: { id: other.id, etag: other.etag }, take, dry_run: false }, kept.etag),
    onSuccess: ({ merge }, { other }) => {
      settle(cache);
      close();
      if (merge) withUndo(words.done(isolate(other.name), isolate(kept.name)), () => undo.mutateAsync(merge).then(() => false));
    },
    onError: (error) => {
      if (error instanceof Problem && error.status === 412) void cache.invalidateQueries({ queryKey: queryKeys.oneSubject });
    },
  });
}

/** For a day: both are there again. */
export function useUndoMerge() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: SubjectMerge) =>
      dataOf(api.POST("/subject-merges/{merge_id}/undo", { params: { path: { merge_id: id } } })),
    onSuccess: ({ merged, given_back: back }) => done(words.undone(isolate(merged.name), back ?? 0)),
    onError: (failure) => failed(words.notUndone, failure),
    onSettled: () => settle(cache),
  });
}

function post(kept: number, body: SubjectMergeInput, etag?: string) {
  return dataOf(
    api.POST("/subjects/{subject_id}/merge", {
      params: { path: { subject_id: kept } },
      headers: etag === undefined ? {} : ifMatch(etag),
      body,
    }),
  );
}

function settle(cache: QueryClient): void {
  refreshLists(cache);
  for (const queryKey of [queryKeys.subjects, queryKeys.followUps, queryKeys.escalations, queryKeys.notifications]) {
    void cache.invalidateQueries({ queryKey });
  }
}
