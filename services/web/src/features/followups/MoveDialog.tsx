import { Button, Group, Stack, Text } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import type { FollowUp } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { isolated } from "@/components/isolated";
import { STARTS_OVER } from "@/features/followups/moved";
import { ReasonField } from "@/features/followups/ReasonField";
import { useMove } from "@/features/followups/useMove";
import { useMe } from "@/features/session/session";
import { now } from "@/time/clock";
import { calendar } from "@/time/words";

interface Props {
  followUp: FollowUp;
  dueAt: string;
  close: () => void;
}

/** Asks why, before an escalated follow-up gets another due time. */
export default function MoveDialog({ followUp, dueAt, close }: Props) {
  const { time_zone: zone } = useMe();
  const move = useMove();
  const [reason, setReason] = useState("");

  function submit(event: SubmitEvent) {
    event.preventDefault();
    close();
    move(followUp, dueAt, reason.trim());
  }

  return (
    <Dialog onClose={close} title={`Move “${isolated(followUp.title)}”?`}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            It is due {calendar(dueAt, zone, now())} then. {STARTS_OVER}
          </Text>
          <ReasonField value={reason} onChange={setReason} focused />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" disabled={reason.trim() === ""}>
              Move
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
