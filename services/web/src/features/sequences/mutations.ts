import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import type { Enrolment, Sequence, SequenceCreate } from "@/api/types";
import { isolate } from "@/components/bidi";
import { done, failed } from "@/components/toasts";
import { words } from "@/i18n/sequences";

const seen = ({ id, etag }: Sequence) => ({ params: { path: { sequence_id: id } }, headers: ifMatch(etag) });

/** Add a sequence, or change one; the form says itself why that failed. */
export function useSaveSequence(sequence: Sequence | undefined, then: () => void) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (body: SequenceCreate) =>
      sequence
        ? dataOf(api.PATCH("/sequences/{sequence_id}", { ...seen(sequence), body }))
        : dataOf(api.POST("/sequences", { body, params: { header: idempotencyKey(submission.keyOf(body)) } })),
    onSuccess: ({ name }) => {
      submission.created();
      done(words.saved(isolate(name)));
      then();
    },
    onSettled: () => void cache.invalidateQueries({ queryKey: queryKeys.sequences }),
  });
}

/** Delete a sequence. */
export function useDeleteSequence() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (sequence: Sequence) => api.DELETE("/sequences/{sequence_id}", seen(sequence)),
    onSuccess: (_, { name }) => done(words.deleted(isolate(name))),
    onError: (error) => failed(words.notDeleted, error),
    onSettled: () => void cache.invalidateQueries({ queryKey: queryKeys.sequences }),
  });
}

function refresh(cache: QueryClient): void {
  for (const queryKey of [queryKeys.followUps, queryKeys.subjects, queryKeys.sequences]) void cache.invalidateQueries({ queryKey });
}

/** Start a sequence on a lead or client; the form says itself why that failed. */
export function useStart(then: () => void) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (body: { sequence_id: number; subject_id: number; assignee_id: number }) =>
      dataOf(api.POST("/enrolments", { body, params: { header: idempotencyKey(submission.keyOf(body)) } })),
    onSuccess: ({ name }) => {
      submission.created();
      done(words.started(isolate(name)));
      then();
    },
    onSettled: () => refresh(cache),
  });
}

/** Stop one that goes on. */
export function useStop() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, etag }: Enrolment) =>
      dataOf(api.POST("/enrolments/{enrolment_id}/stop", { params: { path: { enrolment_id: id } }, headers: ifMatch(etag) })),
    onSuccess: ({ name }) => done(words.stopped(isolate(name))),
    onError: (error) => failed(words.notStopped, error),
    onSettled: () => refresh(cache),
  });
}
