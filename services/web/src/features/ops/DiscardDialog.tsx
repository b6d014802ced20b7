import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { Discard } from "@/api/limits";
import { explain } from "@/api/problem";
import { useDiscard, type Discarded } from "@/features/ops/mutations";

/** Asks why, before events are given up for good. */
export function DiscardDialog({ target, close }: { target: Discarded; close: () => void }) {
  const [note, setNote] = useState("");
  const discard = useDiscard();
  const one = "letter" in target;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    discard.mutate({ target, note: note.trim() }, { onSuccess: close });
  }

  return (
    <Modal opened onClose={close} title={one ? "Discard this dead letter" : "Discard all of this type"}>
      <form onSubmit={submit}>
        <Stack>
          {discard.error && (
            <Alert color="red" variant="light" role="alert">
              {explain(discard.error)}
            </Alert>
          )}
          <Text size="sm">
            {one ? target.letter.reason : target.type}
            <br />
            What {one ? "it" : "they"} should have caused will not happen. This cannot be undone.
          </Text>
          <Textarea
            label="Why"
            description="Kept with the event and in the audit log."
            required
            maxLength={Discard.note}
            autosize
            minRows={2}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" color="red.9" loading={discard.isPending} disabled={note.trim() === ""}>
              Discard
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
