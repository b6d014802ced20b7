import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { ChoiceCreate } from "@/api/limits";
import { Problem } from "@/api/problem";
import type { Choice } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { isolate } from "@/components/bidi";
import type { ChoiceList } from "@/features/kinds/lists";
import { useAdd, useChange } from "@/features/kinds/mutations";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";

interface Props {
  list: ChoiceList;
  /** The one to rename; without it, a new one. */
  choice?: Choice;
  close: () => void;
}

/** Asks what people call a choice of a list. */
export function ChoiceDialog({ list, choice, close }: Props) {
  const { words } = list;
  const [label, setLabel] = useState(choice?.label ?? "");
  const add = useAdd(list);
  const change = useChange(list);
  const { error, isPending } = choice ? change : add;
  const leave = useUnsavedChanges(label.trim() !== (choice?.label ?? ""), close);
  const problem = error instanceof Problem ? error : null;

  function save(event: SubmitEvent) {
    event.preventDefault();
    const wanted = label.trim();
    if (choice?.label === wanted) close();
    else if (choice) change.mutate({ choice, body: { label: wanted } }, { onSuccess: close });
    else add.mutate(wanted, { onSuccess: close });
  }

  return (
    <Dialog onClose={leave} title={choice ? words.rename(isolate(choice.label)) : words.new}>
      <form onSubmit={save}>
        <Stack>
          <FormProblem error={problem} fields={["label"]} />
          <TextInput
            label={words.label}
            description={choice ? words.nameInFiles.replace("{name}", `“${isolate(choice.name)}”`) : words.newHelp}
            maxLength={ChoiceCreate.label}
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
            error={problem?.messageFor("label")}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={isPending} disabled={label.trim() === ""}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
