import { Button, Group, Stack, Text } from "@mantine/core";
import { useEffect, useReducer, useState, type SubmitEvent } from "react";
import { Problem } from "@/api/problem";
import type { FollowUp } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { isolate } from "@/components/bidi";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { DueField } from "@/features/followups/DueField";
import { draftOf, rebased } from "@/features/followups/draft";
import { FollowUpConflict } from "@/features/followups/FollowUpConflict";
import { currentOf } from "@/features/followups/mutations";
import { ReasonField } from "@/features/followups/ReasonField";
import { closeMove, openMove, type MoveRequest } from "@/features/followups/rescheduling";
import { takeTyped } from "@/features/followups/typedAhead";
import { useMove } from "@/features/followups/useMove";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { onCalendar } from "@/time/format";
import { nextMorning } from "@/time/presets";

/** Asks what is not known of a move: until when, why, or what is to become of what somebody changed meanwhile. */
export default function MoveDialog({ request }: { request: MoveRequest }) {
  const { newer, dueAt } = request;
  return newer && dueAt ? <MoveConflict {...request} newer={newer} dueAt={dueAt} /> : <MoveForm request={request} />;
}

/** Somebody changed it before it was moved: both versions side by side, and the choice between them. */
function MoveConflict({ followUp, newer, dueAt }: MoveRequest & { newer: FollowUp; dueAt: string }) {
  const { move } = useMove();
  const before = draftOf(followUp);
  function keepMine() {
    closeMove();
    if (newer.escalated) openMove({ followUp: newer, dueAt });
    else move(newer, dueAt);
  }
  return (
    <FollowUpConflict
      mine={rebased({ ...before, due_at: dueAt }, before, draftOf(newer))}
      theirs={newer}
      busy={false}
      keepMine={keepMine}
      takeTheirs={closeMove}
    />
  );
}

/**
 * Asks until when one follow-up is moved, and why where others were told of it. With nothing to explain it closes at
 * once, and the row goes; else it stays until that is done.
 */
function MoveForm({ request }: { request: MoveRequest }) {
  const { time_zone: zone } = useMe();
  const { move, moveBecause } = useMove();
  const { followUp, typing = false, problem: asked } = request;
  const [current, setCurrent] = useState(followUp);
  const [initial] = useState(() => request.dueAt ?? (typing ? null : nextMorning(zone, now())));
  const [dueAt, setDueAt] = useState<string | null>(initial);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(asked);
  const leave = useUnsavedChanges(reason.trim() !== "", closeMove);
  const reasonError = error instanceof Problem ? error.messageFor("reason") : undefined;
  const reasonNeeded = followUp.escalated || reasonError !== undefined;
  const reasonMissing = tried && dueAt !== null && reason.trim() === "" ? t.form.reasonMissing : undefined;
  const chosen = request.dueAt !== undefined;
  const [asks, askWhy] = useReducer((times: number) => times + 1, Number(chosen));

  function finish(at: string | null) {
    setTried(true);
    if (at === null) return;
    if (reasonNeeded && reason.trim() === "") {
      askWhy();
      return;
    }
    if (!reasonNeeded) {
      closeMove();
      move(current, at);
      return;
    }
    setBusy(true);
    moveBecause(current, at, reason.trim()).then(closeMove, (failure: unknown) => {
      setBusy(false);
      setError(failure);
      setCurrent(currentOf(failure) ?? current); // moved again, it is what somebody made of it
    });
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    finish(dueAt);
  }

  function pick(at: string) {
    setDueAt(at);
    finish(at);
  }

  useEffect(() => {
    if (chosen) takeTyped(); // only the reason is asked for
  }, [chosen]);

  return (
    <Dialog onClose={leave} title={chosen ? t.move.title(isolate(followUp.title)) : t.move.when(isolate(followUp.title))}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {reasonError === undefined && (
            <FormProblem error={error} title={t.move.failed}>
              {t.move.kept}
            </FormProblem>
          )}
          {chosen && dueAt ? (
            <Text size="sm">{t.move.text(onCalendar(dueAt, zone, now()))}</Text>
          ) : (
            <DueField
              value={dueAt}
              onChange={setDueAt}
              zone={zone}
              assignee={followUp.assignee_id}
              error={tried && dueAt === null ? t.form.dueMissing : undefined}
              pick={typing ? undefined : pick}
              focused={typing}
            />
          )}
          {reasonNeeded && (
            <ReasonField value={reason} onChange={setReason} error={reasonError ?? reasonMissing} asked={asks} />
          )}
          {!chosen && followUp.level > 0 && (
            <Text size="sm" c="dimmed">
              {t.followUps.startsOver}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button
              type="submit"
              loading={busy}
              data-autofocus={(!typing && !reasonNeeded) || undefined}
            >
              {chosen ? t.move.move : t.followUps.reschedule}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
