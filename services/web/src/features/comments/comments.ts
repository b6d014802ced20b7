import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useSubmission } from "@/api/submission";
import { done, failed } from "@/components/toasts";
import { words } from "@/i18n/comments";

/** People who may see a follow-up, by a part of their name. */
export const mentionableQuery = (followUp: number, q: string) =>
  queryOptions({
    queryKey: queryKeys.mentionable(followUp, q),
    queryFn: async ({ signal }) => {
      const params = { path: { follow_up_id: followUp }, query: { q: q || undefined, limit: 8 } };
      return (await dataOf(api.GET("/follow-ups/{follow_up_id}/mentionable", { params, signal }))).items;
    },
    staleTime: 60_000,
    placeholderData: (old) => old,
  });

/** Writes a comment, or changes one that is there. */
export function useSaveComment(followUp: number, comment?: number) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (body: string) =>
      comment === undefined
        ? dataOf(
            api.POST("/follow-ups/{follow_up_id}/comments", {
              params: { path: { follow_up_id: followUp }, header: idempotencyKey(submission.keyOf(body)) },
              body: { body },
            }),
          )
        : dataOf(
            api.PATCH("/follow-ups/{follow_up_id}/comments/{comment_id}", {
              params: { path: { follow_up_id: followUp, comment_id: comment } },
              body: { body },
            }),
          ),
    onSuccess: async () => {
      submission.created();
      done(comment === undefined ? words.sent : words.saved);
      await cache.invalidateQueries({ queryKey: queryKeys.activities(followUp) });
    },
  });
}

export function useDeleteComment(followUp: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (comment: number) =>
      api.DELETE("/follow-ups/{follow_up_id}/comments/{comment_id}", { params: { path: { follow_up_id: followUp, comment_id: comment } } }),
    onSuccess: () => done(words.deleted),
    onError: (error) => failed(words.notDeleted, error),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.activities(followUp) }),
  });
}
