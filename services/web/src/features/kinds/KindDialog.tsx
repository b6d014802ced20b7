import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { ChoiceCreate } from "@/api/limits";
import { Problem } from "@/api/problem";
import type { Kind } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { isolate } from "@/components/bidi";
import { useAdd, useChange } from "@/features/kinds/mutations";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";

/** Asks what people call a kind. @param kind the one to rename; without it, a new one */
export function KindDialog({ kind, close }: { kind?: Kind; close: () => void }) {
  const [label, setLabel] = useState(kind?.label ?? "");
  const add = useAdd();
  const change = useChange();
  const { error, isPending } = kind ? change : add;
  const leave = useUnsavedChanges(label.trim() !== (kind?.label ?? ""), close);
  const problem = error instanceof Problem ? error : null;

  function save(event: SubmitEvent) {
    event.preventDefault();
    const wanted = label.trim();
    if (kind?.label === wanted) close();
    else if (kind) change.mutate({ kind, body: { label: wanted } }, { onSuccess: close });
    else add.mutate(wanted, { onSuccess: close });
  }

  return (
    <Dialog onClose={leave} title={kind ? t.kinds.rename(isolate(kind.label)) : t.kinds.new}>
      <form onSubmit={save}>
        <Stack>
          <FormProblem error={problem} fields={["label"]} />
          <TextInput
            label={t.kinds.label}
            description={kind ? t.kinds.nameInFiles.replace("{name}", `“${isolate(kind.name)}”`) : t.kinds.newHelp}
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
