import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, idempotencyKey, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useMe } from "@/api/session";
import { useSubmission } from "@/api/submission";
import type { SavedView, SavedViewCreate } from "@/api/types";
import { isolate } from "@/components/bidi";
import { done, failed } from "@/components/toasts";
import { withUndo } from "@/components/undo";
import { savedViewsQuery } from "@/features/followups/savedViews";
import { words } from "@/i18n/views";

const seen = ({ id, etag }: SavedView) => ({ params: { path: { view_id: id } }, headers: ifMatch(etag) });
const create = (body: SavedViewCreate, key: string) => dataOf(api.POST("/saved-views", { body, params: { header: idempotencyKey(key) } }));

function notRestored(error: Error): false {
  failed(words.notRestored, error);
  return false;
}

/**
 * Save a view, or change one.
 *
 * @param then when it is saved, also when what asked for it is closed by then
 * @param otherwise when it is not; a form says itself why
 */
export function useSaveView(view: SavedView | undefined, then: (saved: SavedView) => void, otherwise?: (error: Error) => void) {
  const cache = useQueryClient();
  const submission = useSubmission();
  return useMutation({
    mutationFn: (body: SavedViewCreate) =>
      view ? dataOf(api.PATCH("/saved-views/{view_id}", { ...seen(view), body })) : create(body, submission.keyOf(body)),
    onSuccess: (saved) => {
      submission.created();
      cache.setQueryData(savedViewsQuery.queryKey, (old = []) => [...old.filter(({ id }) => id !== saved.id), saved]);
      done(words.saved(isolate(saved.name)));
      then(saved);
    },
    onError: otherwise,
    onSettled: () => void cache.invalidateQueries({ queryKey: queryKeys.savedViews }),
  });
}

/** Delete a view; one's own with a way back. What is given back would be one's own. */
export function useDeleteView() {
  const me = useMe();
  const cache = useQueryClient();
  const submission = useSubmission();
  const again = () => cache.invalidateQueries({ queryKey: queryKeys.savedViews });
  return useMutation({
    mutationFn: (view: SavedView) => api.DELETE("/saved-views/{view_id}", seen(view)),
    onSuccess: (_, { name, shared, filters, owner }) => {
      const said = words.deleted(isolate(name));
      if (owner.id !== me.id) done(said);
      else withUndo(said, () => create({ name, shared, filters }, submission.keyOf(name)).then(again, notRestored));
    },
    onError: (error) => failed(words.notDeleted, error),
    onSettled: () => void again(),
  });
}
