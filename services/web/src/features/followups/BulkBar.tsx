import { Button, CloseButton } from "@mantine/core";
import { IconCalendar, IconCheck, IconUserShare } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useRef, useState } from "react";
import { Problem } from "@/api/problem";
import type { BulkFilter, BulkResult, FollowUp } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { isolate } from "@/components/bidi";
import { latest } from "@/features/followups/cache";
import { useBarKeys, useRoomForBar } from "@/features/followups/useBulkBar";
import { useBulk, type BulkAction } from "@/features/followups/mutations";
import { useSelection } from "@/features/followups/SelectionProvider";
import { needsReason } from "@/features/followups/rescheduling";
import { done, failed, withUndo } from "@/components/toasts";
import { useMay } from "@/api/session";
import classes from "./BulkBar.module.css";

const BulkDialog = lazy(() => import("@/features/followups/BulkDialog"));

const DONE = { complete: "Completed", reassign: "Reassigned", reschedule: "Rescheduled" } as const;

type Change = Omit<BulkAction, "followUps"> & { action: keyof typeof DONE };

/** What one can do with all that is ticked. */
export function BulkBar() {
  const { chosen, all, set, clear } = useSelection();
  const mayReassign = useMay("escalations:read");
  const [asking, setAsking] = useState<"reassign" | "reschedule" | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const bulk = useBulk();
  const cache = useQueryClient();
  const count = all ? all.expected : chosen.size;
  const bar = useRef<HTMLDivElement>(null);
  useBarKeys(bar, clear);
  useRoomForBar(bar, count > 0);

  function run(change: Change, which: Iterable<FollowUp> = chosen.values()) {
    const followUps = [...which].map((followUp) => latest(cache, followUp));
    // A promise: how it ended is told even to those who have left the page.
    void bulk.mutateAsync({ followUps, filter: all, ...change }).then((outcome) => {
      const { done: ids, changed, error, left } = outcome;
      setProblem(error instanceof Problem ? error : null);
      if (!needsReason(error)) setAsking(null);
      // What failed stays ticked, so that it can be tried again or looked at.
      if (all && ids.length) clear();
      else if (!all) set(ids.flatMap((id) => chosen.get(id) ?? []), false);
      const said = `${DONE[change.action]} ${amount(ids.length)}`;
      if (changed.length) withUndo(said, () => undo(changed));
      else if (ids.length) done(said);
      tell(outcome.failed);
      if (!error || needsReason(error)) return;
      if (all) failed("Nothing was changed", recount(error, all));
      else failed(notAll("changed", left, ids), error, () => again(change, left));
    });
  }

  /** At once what one has ticked; what is not even loaded only after a question. */
  function complete() {
    if (!all) run({ action: "complete" });
    else
      openConfirmDialog({
        title: `Complete ${amount(count)}?`,
        text: "These are all that match, also those that are not loaded in the list. You can undo it afterwards.",
        action: `Complete ${count.toLocaleString("en")}`,
        harmless: true,
        go: () => run({ action: "complete" }),
      });
  }

  /** The rest of an action that broke off, each as it is shown now. */
  function again(change: Change, left: readonly Pick<FollowUp, "id">[]) {
    run(change, left.flatMap(({ id }) => chosen.get(id) ?? []));
  }

  /** By the tags that the action made: an older message takes back nothing newer. */
  function undo(changed: BulkResult["changed"]) {
    void bulk.mutateAsync({ action: "undo", followUps: changed }).then(({ done: ids, failed: refused, error, left }) => {
      tell(refused);
      if (error) failed(notAll("undone", left, ids), error, () => undo([...left]));
    });
  }

  /** What was left alone, by name, and why. */
  function tell(left: BulkResult["failed"]) {
    const [first] = left;
    if (!first) return;
    const title = chosen.get(first.id)?.title;
    const name = title ? `“${isolate(title)}”` : `Follow-up ${first.id}`;
    failed(`${amount(left.length)} left as before`, new Problem(409, "", `${name}: ${first.message}`));
  }

  if (count === 0) return null;
  return (
    <>
      <div ref={bar} className={classes.bar} role="toolbar" aria-label="Selected follow-ups">
        <span className={classes.count} role="status">
          {count.toLocaleString("en")} selected
        </span>
        <Button className={classes.action} size="xs" leftSection={<IconCheck size={15} />} loading={bulk.isPending} onClick={complete}>
          Complete
        </Button>
        {mayReassign && (
          <Button className={classes.action} size="xs" variant="default" leftSection={<IconUserShare size={15} />} onClick={() => setAsking("reassign")}>
            Reassign
          </Button>
        )}
        <Button className={classes.action} size="xs" variant="default" leftSection={<IconCalendar size={15} />} onClick={() => setAsking("reschedule")}>
          Reschedule
        </Button>
        <CloseButton aria-label="Clear selection" onClick={clear} />
        <span className={classes.break} aria-hidden />
      </div>
      <Suspense>
        {asking && (
          <BulkDialog
            action={asking}
            count={count}
            escalated={[...chosen.values()].some((followUp) => latest(cache, followUp).escalated)}
            problem={problem}
            busy={bulk.isPending}
            run={run}
            close={() => setAsking(null)}
          />
        )}
      </Suspense>
    </>
  );
}

/** What to say of an action that broke off: nothing of it is done, or a part. */
function notAll(what: string, left: readonly unknown[], ids: readonly number[]): string {
  return ids.length ? `${amount(left.length)} not ${what} yet` : `Nothing was ${what}`;
}

/** When there are more or fewer than were selected, that in place of what a program would do. */
function recount(error: unknown, all: BulkFilter): unknown {
  if (!(error instanceof Problem) || error.status !== 409) return error;
  return new Problem(409, "", `They are no longer ${all.expected.toLocaleString("en")}: look at them, and select them again.`);
}

function amount(count: number): string {
  return count === 1 ? "1 follow-up" : `${count.toLocaleString("en")} follow-ups`;
}
