import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, ifMatch } from "@/api/client";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { FollowUp, HoldShown, Preset } from "@/api/types";
import { failed } from "@/components/toasts";
import { withUndo } from "@/components/undo";
import { refreshLists, show } from "@/features/followups/cache";
import { currentOf, useUndo } from "@/features/followups/mutations";
import { nameOf } from "@/features/followups/naming";
import { keepTyping, takeTyped } from "@/features/followups/typedAhead";
import { createStore } from "@/hooks/store";
import { queryKeys } from "@/api/queryKeys";
import { t } from "@/i18n";

/** How something is held up to a time. */
export type HoldAction = "snooze" | "wait";

export interface HoldRequest {
  followUp: FollowUp;
  action: HoldAction;
}

/** What is to be snoozed, or to wait; null: nothing is asked. */
export const holdRequest = createStore<HoldRequest | null>(null);

/** Ask until when, and why. */
export function openHold(followUp: FollowUp, action: HoldAction): void {
  keepTyping();
  holdRequest.set({ followUp, action });
}

export function closeHold(): void {
  takeTyped();
  holdRequest.set(null);
}

/** Until when, and why. */
export interface HoldUntil {
  until?: string;
  preset?: Preset;
  reason?: string;
}

type Change =
  | { followUp: FollowUp; action: "acknowledge" }
  | { followUp: FollowUp; action: "resume"; hold: HoldShown }
  | ({ followUp: FollowUp; action: "snooze" } & HoldUntil)
  | ({ followUp: FollowUp; action: "wait"; reason: string } & HoldUntil);

/** Holds a follow-up, or ends that; says so, and offers to undo it. What the API refuses is told, unless a dialog does. */
export function useHold({ quiet = false }: { quiet?: boolean } = {}) {
  const cache = useQueryClient();
  const undo = useUndo();
  return useMutation({
    mutationFn: held,
    onError: (error, { followUp }) => {
      const current = currentOf(error);
      if (current) show(cache, current);
      if (!quiet || !(error instanceof Problem)) failed(t.changes.unchanged(nameOf(followUp)), error);
    },
    onSuccess: (changed, { followUp, action }) => {
      show(cache, changed);
      void cache.invalidateQueries({ queryKey: queryKeys.followUp(changed.id) });
      void cache.invalidateQueries({ queryKey: queryKeys.activities(changed.id) });
      refreshLists(cache);
      if (changed.etag !== followUp.etag) withUndo(t.holds.did[action](nameOf(followUp)), () => undo.mutateAsync({ followUp: changed }));
    },
  });
}

function held(change: Change): Promise<FollowUp> {
  const { id, etag } = change.followUp;
  const path = { follow_up_id: id };
  if (change.action === "resume") {
    return dataOf(api.DELETE("/follow-ups/{follow_up_id}/holds/{hold_id}", { params: { path: { ...path, hold_id: change.hold.id } }, headers: ifMatch(etag) }));
  }
  const seen = { params: { path }, headers: ifMatch(etag) };
  if (change.action === "acknowledge") return dataOf(api.POST("/follow-ups/{follow_up_id}/acknowledge", seen));
  const { until, preset, reason } = change;
  const body = { ...(until && { until }), ...(preset && { preset }), ...(reason && { reason }) };
  return change.action === "snooze"
    ? dataOf(api.POST("/follow-ups/{follow_up_id}/snooze", { ...seen, body }))
    : dataOf(api.POST("/follow-ups/{follow_up_id}/wait", { ...seen, body: { ...body, reason: change.reason } }));
}

/** What the logged-in person may end: every wait, and their own snooze or acknowledgement. */
export function useEndable({ holds }: FollowUp): HoldShown[] {
  const { id } = useMe();
  return holds.filter(({ kind, user }) => kind === "wait" || user.id === id);
}
