import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { SavedViewCreate } from "@/api/limits";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { SavedView } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import type { Filters } from "@/features/followups/filters";
import { toSaved } from "@/features/followups/savedViews";
import { useSaveView } from "@/features/followups/savingViews";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/views";

interface Props {
  filters: Filters;
  /** The one to rename or share; without it, what is shown becomes a new one. */
  view: SavedView | undefined;
  show: (view: SavedView) => void;
  close: () => void;
}

export default function ViewDialog({ filters, view, show, close }: Props) {
  const mayShare = useMe().role !== "employee";
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const save = useSaveView(view, (saved) => {
    if (!view) show(saved);
    close();
  });
  const problem = save.error instanceof Problem ? save.error : null;
  const leave = useUnsavedChanges(name.trim() !== (view?.name ?? "") || shared !== (view?.shared ?? false), close);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    save.mutate({ name: name.trim(), shared, filters: view ? view.filters : toSaved(filters) });
  }

  return (
    <Dialog onClose={leave} title={view ? words.editTitle(isolate(view.name)) : words.newTitle}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={problem} fields={["name"]} />
          <TextInput
            label={words.name}
            description={view ? undefined : words.nameHelp}
            maxLength={SavedViewCreate.name}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={problem?.messageFor("name")}
            data-autofocus
          />
          {(mayShare || shared) && (
            <Checkbox
              label={words.share}
              description={words.shareHelp}
              checked={shared}
              onChange={(event) => setShared(event.currentTarget.checked)}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
