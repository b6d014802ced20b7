import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { Discard } from "@/api/limits";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { useDiscard, type Discarded } from "@/features/ops/mutations";
import { t } from "@/i18n";
import { words } from "@/i18n/ops";

/** Asks why, before events are given up for good. */
export function DiscardDialog({ target, close }: { target: Discarded; close: () => void }) {
  const [note, setNote] = useState("");
  const discard = useDiscard();
  const leave = useUnsavedChanges(note.trim() !== "", close);
  const one = "letter" in target;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    discard.mutate({ target, note: note.trim() }, { onSuccess: close });
  }

  return (
    <Dialog onClose={leave} title={one ? words.ops.discardOne : words.ops.discardType}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={discard.error} />
          <Text size="sm">
            {one ? target.letter.reason : target.type}
            <br />
            {one ? words.ops.discardOneText : words.ops.discardTypeText}
          </Text>
          <Textarea
            label={words.ops.why}
            description={words.ops.whyHelp}
            required
            maxLength={Discard.note}
            autosize
            minRows={2}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" color="red.9" loading={discard.isPending} disabled={note.trim() === ""}>
              {words.ops.discard}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
