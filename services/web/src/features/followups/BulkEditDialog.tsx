import { Button, Group, Select, Stack } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { useKindChoices } from "@/api/kinds";
import type { Problem } from "@/api/problem";
import type { Priority } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { TagsField } from "@/features/followups/FactFields";
import { PRIORITIES, tagsBody } from "@/features/followups/facts";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { isolate } from "@/components/bidi";
import { t } from "@/i18n";

interface Edit {
  action: "edit";
  kind?: string;
  priority?: Priority;
  add_tags?: string[];
  remove_tags?: string[];
}

interface Props {
  count: number;
  /** Why the last try was refused. */
  problem: Problem | null;
  busy: boolean;
  run: (change: Edit) => void;
  close: () => void;
}

/** Asks what many follow-ups are to become; what is left alone stays as each of them has it. */
export default function BulkEditDialog({ count, problem, busy, run, close }: Props) {
  const kinds = useKindChoices();
  const [kind, setKind] = useState<string | null>(null);
  const [priority, setPriority] = useState<Priority | null>(null);
  const [added, setAdded] = useState<string[]>([]);
  const [removed, setRemoved] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const touched = kind !== null || priority !== null || added.length > 0 || removed.length > 0;
  const leave = useUnsavedChanges(touched, close);
  const both = tagsBody(added).find((tag) => tagsBody(removed).includes(tag));

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (both !== undefined) return;
    setTried(true);
    run({
      action: "edit",
      ...(kind !== null && { kind }),
      ...(priority !== null && { priority }),
      ...(added.length > 0 && { add_tags: tagsBody(added) }),
      ...(removed.length > 0 && { remove_tags: tagsBody(removed) }),
    });
  }

  const shown = tried ? problem : null;
  return (
    <Dialog onClose={leave} title={t.bulk.editTitle(count)}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={shown} fields={["kind", "priority", "add_tags", "remove_tags"]} />
          <Select
            label={t.facts.kind}
            placeholder={t.bulk.asIs}
            data={kinds}
            value={kind}
            onChange={setKind}
            clearable
            error={shown?.messageFor("kind")}
            data-autofocus
          />
          <Select
            label={t.facts.priority}
            placeholder={t.bulk.asIs}
            data={PRIORITIES.map((value) => ({ value, label: t.facts.priorities[value] }))}
            value={priority}
            onChange={setPriority}
            clearable
          />
          <TagsField label={t.bulk.addTags} value={added} onChange={setAdded} error={shown?.messageFor("add_tags")} />
          <TagsField
            label={t.bulk.removeTags}
            value={removed}
            onChange={setRemoved}
            error={both === undefined ? shown?.messageFor("remove_tags") : t.bulk.bothTags(isolate(both))}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={!touched}>
              {t.bulk.change}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
