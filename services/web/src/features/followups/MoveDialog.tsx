import { Button, Group, Stack, Text } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { Problem } from "@/api/problem";
import type { FollowUp } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { isolate } from "@/components/bidi";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { currentOf } from "@/features/followups/mutations";
import { ReasonField } from "@/features/followups/ReasonField";
import { useMove } from "@/features/followups/useMove";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { onCalendar } from "@/time/format";

interface Props {
  followUp: FollowUp;
  dueAt: string;
  /** How the API asked for a reason, where the page did not know that one is needed. */
  problem?: Problem | undefined;
  close: () => void;
}

/** Asks why, before an escalated follow-up gets another due time. It stays until that is done. */
export default function MoveDialog({ followUp, dueAt, problem: asked, close }: Props) {
  const { time_zone: zone } = useMe();
  const move = useMove();
  const [current, setCurrent] = useState(followUp);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(asked);
  const leave = useUnsavedChanges(reason.trim() !== "", close);
  const reasonError = error instanceof Problem ? error.messageFor("reason") : undefined;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    setBusy(true);
    move(current, dueAt, reason.trim()).then(close, (failure: unknown) => {
      setBusy(false);
      setError(failure);
      setCurrent(currentOf(failure) ?? current); // moved again, it is what somebody made of it
    });
  }

  return (
    <Dialog onClose={leave} title={t.move.title(isolate(followUp.title))}>
      <form onSubmit={submit}>
        <Stack>
          {reasonError === undefined && (
            <FormProblem error={error} title={t.move.failed}>
              {t.move.kept}
            </FormProblem>
          )}
          <Text size="sm">
            {t.move.text(onCalendar(dueAt, zone, now()))}
          </Text>
          <ReasonField value={reason} onChange={setReason} error={reasonError} focused />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={reason.trim() === ""}>
              {t.move.move}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
