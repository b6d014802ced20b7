import type { FollowUp } from "@/api/types";
import { useEdit, useUndo } from "@/features/followups/mutations";
import { withUndo } from "@/components/toasts";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { calendar } from "@/time/format";

/** Gives a follow-up another due time, says so, and offers to undo it; fails as the API does. */
export function useMove() {
  const { time_zone: zone } = useMe();
  const edit = useEdit();
  const undo = useUndo();
  return async ({ id, etag }: FollowUp, dueAt: string, reason?: string) => {
    const changes = reason === undefined ? { due_at: dueAt } : { due_at: dueAt, reason };
    // A promise: a menu that asked for it is gone before the answer comes, and its own callbacks with it.
    const moved = await edit.mutateAsync({ id, etag, changes });
    withUndo(t.changes.movedTo(calendar(dueAt, zone, now())), () => undo.mutate({ followUp: moved }));
  };
}
