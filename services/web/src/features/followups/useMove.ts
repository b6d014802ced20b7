import type { FollowUp } from "@/api/types";
import { isolated } from "@/components/isolated";
import { useEdit, useUndo } from "@/features/followups/mutations";
import { failed, withUndo } from "@/features/followups/toasts";
import { useMe } from "@/features/session/session";
import { now } from "@/time/clock";
import { calendar } from "@/time/words";

/** Gives a follow-up another due time, says so, and offers to undo it. */
export function useMove() {
  const { time_zone: zone } = useMe();
  const edit = useEdit();
  const undo = useUndo();
  return (followUp: FollowUp, dueAt: string, reason?: string) => {
    const changes = reason === undefined ? { due_at: dueAt } : { due_at: dueAt, reason };
    // A promise: what asked for it is gone before the answer comes, and its own callbacks with it.
    edit.mutateAsync({ id: followUp.id, etag: followUp.etag, changes }).then(
      (moved) => withUndo(`Moved to ${calendar(dueAt, zone, now())}`, () => undo.mutate({ followUp: moved })),
      (error: unknown) => failed(`“${isolated(followUp.title)}” was not moved`, error),
    );
  };
}
