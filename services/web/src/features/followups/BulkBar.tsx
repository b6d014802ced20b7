import { Button, CloseButton } from "@mantine/core";
import { IconCalendar, IconCheck, IconChecklist, IconHandGrab, IconPencil, IconPlayerPause, IconPlayerPlay, IconUserShare, IconZzz } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Problem } from "@/api/problem";
import type { BulkFilter, BulkResult, FollowUp } from "@/api/types";
import { later } from "@/components/later";
import { openConfirmDialog } from "@/components/confirm";
import { latest } from "@/features/followups/cache";
import { needsNote } from "@/features/followups/completion";
import { useBarKeys, useRoomForBar } from "@/features/followups/useBulkBar";
import { nameOf } from "@/features/followups/naming";
import { asksAboutPolicy, bulkMayMoveClock, type ClockChoice } from "@/features/followups/policyQuestion";
import { keepTyping, takeTyped } from "@/features/followups/typedAhead";
import { useBulk, type BulkAction } from "@/features/followups/mutations";
import { useSelection } from "@/features/followups/SelectionProvider";
import type { HoldAction } from "@/features/followups/holding";
import { needsReason } from "@/features/followups/rescheduling";
import { done, failed } from "@/components/toasts";
import { expectUndo, forgetUndo, withUndo } from "@/components/undo";
import { useMay } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import classes from "./BulkBar.module.css";

const BulkEditDialog = later(() => import("@/features/followups/BulkEditDialog"));
const PolicyQuestion = later(() => import("@/features/followups/PolicyQuestion"));
const HoldManyDialog = later(async () => ({ default: (await import("@/features/followups/HoldDialog")).HoldManyDialog }));
const BulkCompleteDialog = later(() => import("@/features/followups/BulkCompleteDialog"));
const BulkDialog = later(() => import("@/features/followups/BulkDialog"));

type Change = Omit<BulkAction, "followUps"> & { action: "complete" | "reassign" | "reschedule" | "edit" | "acknowledge" | "resume" | HoldAction };

/** What was to be done when the API asked about the clock, and to which of the ticked ones. */
interface Question {
  change: Change;
  problem: Problem;
  left: readonly Pick<FollowUp, "id">[];
}

/** What one can do with all that is ticked. */
export function BulkBar() {
  const { chosen, all, set, clear } = useSelection();
  const mayReassign = useMay("escalations:read");
  const [asking, setAsking] = useState<"outcome" | "reassign" | "reschedule" | "edit" | HoldAction | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const bulk = useBulk();
  const cache = useQueryClient();
  const count = all ? all.expected : chosen.size;
  const held = all !== null || [...chosen.values()].some((followUp) => latest(cache, followUp).holds.length > 0);
  const noteRequired = [...chosen.values()].some((followUp) => latest(cache, followUp).note_required);
  const bar = useRef<HTMLDivElement>(null);
  useBarKeys(bar, clear);
  useRoomForBar(bar, count > 0);

  function run(change: Change, which: Iterable<FollowUp> = chosen.values()) {
    const followUps = [...which].map((followUp) => latest(cache, followUp));
    // A promise: how it ended is told even to those who have left the page.
    const question = asks(change, followUps) && { ask_about_policy: true };
    const pending = expectUndo();
    void bulk.mutateAsync({ followUps, filter: all, ...change, ...question }).then((outcome) => {
      const { done: ids, changed, error, left } = outcome;
      setProblem(error instanceof Problem ? error : null);
      const asked = asksAboutPolicy(error);
      if (asked) setQuestion({ change, problem: error, left });
      if (needsNote(error)) setAsking("outcome");
      const typedWrong = needsReason(error) || needsNote(error) || ((change.action === "edit" || isHold(change.action)) && error instanceof Problem && error.status === 422);
      if (!asked && !typedWrong) {
        setQuestion(null);
        setAsking(null);
      }
      // What failed stays ticked, so that it can be tried again or looked at.
      if (all && ids.length) clear();
      else if (!all) set(ids.flatMap((id) => chosen.get(id) ?? []), false);
      const summary = t.bulk[change.action](ids.length);
      if (changed.length) withUndo(summary, () => undo(changed), pending);
      else {
        forgetUndo(pending);
        if (ids.length) done(summary);
      }
      tell(outcome.failed);
      if (!error || asked || typedWrong) return;
      if (all) failed(t.bulk.nothingChanged, recount(error, all));
      else failed(ids.length ? t.bulk.notChanged(left.length) : t.bulk.nothingChanged, error, () => again(change, left));
    });
  }

  /** What is typed while the dialog loads is for it. */
  function ask(action: "outcome" | "reschedule") {
    keepTyping();
    setAsking(action);
  }

  function leave() {
    takeTyped();
    setAsking(null);
  }

  /** Whether the API is to ask first which policies a change would bring: a clock that runs could start over. */
  function asks(change: Change, followUps: readonly FollowUp[]): boolean {
    if (change.restart_clock !== undefined || !bulkMayMoveClock(change.action)) return false;
    return all ? all.view === "overdue" || all.view === "open" : followUps.some((one) => one.status === "open" && Date.parse(one.due_at) <= now());
  }

  function decide(choice: ClockChoice) {
    if (!question) return;
    const change = { ...question.change, ...choice };
    if (question.left.length > 0) again(change, question.left);
    else run(change);
  }

  /** At once what one has ticked; what is not even loaded only after a question. */
  function complete() {
    if (!all && noteRequired) ask("outcome");
    else if (!all) run({ action: "complete" });
    else
      openConfirmDialog({
        title: t.bulk.askComplete(count),
        text: t.bulk.askCompleteText,
        confirmLabel: t.bulk.completeAll(count),
        harmless: true,
        onConfirm: () => run({ action: "complete" }),
      });
  }

  /** The rest of an action that broke off, each as it is shown now. */
  function again(change: Change, left: readonly Pick<FollowUp, "id">[]) {
    run(change, left.flatMap(({ id }) => chosen.get(id) ?? []));
  }

  /** By the tags that the action made: an older message takes back nothing newer. */
  async function undo(changed: BulkResult["changed"]): Promise<boolean> {
    const { done: ids, failed: refused, error, left } = await bulk.mutateAsync({ action: "undo", followUps: changed });
    tell(refused);
    if (error) failed(ids.length ? t.bulk.notUndone(left.length) : t.bulk.nothingUndone, error, () => void undo([...left]));
    return !error && refused.length === 0;
  }

  /** What was left alone, by name, and why. */
  function tell(left: BulkResult["failed"]) {
    const [first] = left;
    if (!first) return;
    const seen = chosen.get(first.id);
    const name = seen ? nameOf(seen) : t.followUps.numbered(first.id);
    failed(t.bulk.leftAlone(left.length), new Problem(409, "", t.bulk.because(name, first.message)));
  }

  if (count === 0) return null;
  return (
    <>
      <div ref={bar} className={classes.bar} role="toolbar" aria-label={t.bulk.label} data-count={count}>
        <span className={classes.count} role="status">
          {t.bulk.selected(count)}
        </span>
        <Button className={classes.action} size="xs" leftSection={<IconCheck size={15} />} loading={bulk.isPending} onClick={complete} data-bulk="complete">
          {t.followUps.complete}
        </Button>
        {mayReassign && (
          <Button className={classes.action} size="xs" variant="default" leftSection={<IconUserShare size={15} />} onClick={() => setAsking("reassign")} data-bulk="reassign">
            {t.followUps.reassign}
          </Button>
        )}
        <Button className={classes.action} size="xs" variant="default" leftSection={<IconCalendar size={15} />} onClick={() => ask("reschedule")} data-bulk="reschedule">
          {t.followUps.reschedule}
        </Button>
        <Button className={classes.action} size="xs" variant="default" leftSection={<IconChecklist size={15} />} onClick={() => ask("outcome")} data-bulk="outcome">
          {t.bulk.withOutcomeShort}
        </Button>
        <Button className={classes.action} size="xs" variant="default" leftSection={<IconHandGrab size={15} />} onClick={() => run({ action: "acknowledge" })} data-bulk="acknowledge">
          {t.holds.acknowledge}
        </Button>
        <Button className={classes.action} size="xs" variant="default" leftSection={<IconZzz size={15} />} onClick={() => setAsking("snooze")} data-bulk="snooze">
          {t.holds.verb.snooze}
        </Button>
        <Button className={classes.action} size="xs" variant="default" leftSection={<IconPlayerPause size={15} />} onClick={() => setAsking("wait")} data-bulk="wait">
          {t.holds.verb.wait}
        </Button>
        {held && (
          <Button className={classes.action} size="xs" variant="default" leftSection={<IconPlayerPlay size={15} />} onClick={() => run({ action: "resume" })} data-bulk="resume">
            {t.bulk.resumeShort}
          </Button>
        )}
        <Button className={classes.action} size="xs" variant="default" leftSection={<IconPencil size={15} />} onClick={() => setAsking("edit")} data-bulk="edit">
          {t.bulk.editLabel}
        </Button>
        <CloseButton aria-label={t.bulk.clear} onClick={clear} />
        <span className={classes.break} aria-hidden />
      </div>
      {asking === "edit" && (
        <BulkEditDialog count={count} problem={problem} busy={bulk.isPending} run={run} close={() => setAsking(null)} />
      )}
      {question && (
        <PolicyQuestion
          question={question.problem}
          escalated={[...chosen.values()].some((followUp) => latest(cache, followUp).escalated)}
          problem={problem && !asksAboutPolicy(problem) ? problem : null}
          busy={bulk.isPending}
          decide={decide}
          back={() => setQuestion(null)}
        />
      )}
      {asking && isHold(asking) && (
        <HoldManyDialog
          action={asking}
          count={count}
          ids={[...chosen.keys()]}
          filter={all}
          problem={problem}
          busy={bulk.isPending}
          run={(until) => run({ action: asking, ...until })}
          close={() => setAsking(null)}
        />
      )}
      {asking === "outcome" && (
        <BulkCompleteDialog count={count} noteRequired={noteRequired} problem={problem} busy={bulk.isPending} run={run} close={leave} />
      )}
      {(asking === "reassign" || asking === "reschedule") && (
        <BulkDialog
          action={asking}
          count={count}
          dues={all ? [new Date(now()).toISOString()] : [...chosen.values()].map((followUp) => latest(cache, followUp).due_at)}
          escalated={[...chosen.values()].some((followUp) => latest(cache, followUp).escalated)}
          problem={problem}
          busy={bulk.isPending}
          run={run}
          close={leave}
        />
      )}
    </>
  );
}

function isHold(action: string): action is HoldAction {
  return action === "snooze" || action === "wait";
}

/** When there are more or fewer than were selected, that in place of what a program would do. */
function recount(error: unknown, all: BulkFilter): unknown {
  if (!(error instanceof Problem) || error.status !== 409) return error;
  return new Problem(409, "", t.bulk.recounted(all.expected));
}
