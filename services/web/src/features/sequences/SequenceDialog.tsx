import { Button, Group, MultiSelect, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlus } from "@tabler/icons-react";
import { useRef, useState, type SubmitEvent } from "react";
import { DEFAULT_KIND } from "@/api/kinds";
import { SequenceCreate } from "@/api/limits";
import { outcomesQuery } from "@/api/outcomes";
import { Problem } from "@/api/problem";
import type { Sequence } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { useSaveSequence } from "@/features/sequences/mutations";
import { StepFields, type DraftStep } from "@/features/sequences/StepFields";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/sequences";
import classes from "./Sequences.module.css";

const MOST_STEPS = 20;
const EMPTY: DraftStep = { title: "", kind: DEFAULT_KIND, priority: "normal", notes: "", offset: 0, waits: false };

/** Asks what a sequence is called, what its steps are, and which outcomes end it. */
export function SequenceDialog({ sequence, close }: { sequence?: Sequence; close: () => void }) {
  const [initial] = useState(() => ({
    name: sequence?.name ?? "",
    steps: sequence?.steps ?? [EMPTY],
    stops_on: sequence?.stops_on ?? [],
  }));
  const [draft, setDraft] = useState(initial);
  const { data: outcomes = [] } = useQuery(outcomesQuery());
  const save = useSaveSequence(sequence, close);
  const problem = save.error instanceof Problem ? save.error : null;
  const leave = useUnsavedChanges(JSON.stringify(draft) !== JSON.stringify(initial), close);
  const add = useRef<HTMLButtonElement>(null);
  const set = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change });
  const setStep = (place: number, change: Partial<DraftStep>) =>
    set({ steps: draft.steps.map((step, at) => (at === place ? { ...step, ...change } : step)) });
  // The focus was on what goes with the step.
  const remove = (place: number) => {
    set({ steps: draft.steps.filter((_, at) => at !== place) });
    add.current?.focus();
  };
  const complete = draft.name.trim() !== "" && draft.steps.every(({ title }) => title.trim() !== "");

  function submit(event: SubmitEvent) {
    event.preventDefault();
    // What came first by a removal or a move has nothing to wait for.
    save.mutate({ ...draft, steps: draft.steps.map((step, place) => ({ ...step, waits: step.waits && place > 0 })) });
  }

  return (
    <Dialog onClose={leave} size="lg" title={sequence ? words.editTitle(isolate(sequence.name)) : words.newTitle}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={save.error} fields={["name", "steps", "stops_on"]} />
          <TextInput
            label={words.name}
            maxLength={SequenceCreate.name}
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={problem?.messageFor("name")}
            data-autofocus
          />
          {draft.steps.map((step, place) => (
            <StepFields
              key={place}
              place={place + 1}
              step={step}
              change={(change) => setStep(place, change)}
              up={place > 0 ? () => set({ steps: swapped(draft.steps, place - 1) }) : null}
              down={place < draft.steps.length - 1 ? () => set({ steps: swapped(draft.steps, place) }) : null}
              remove={draft.steps.length > 1 ? () => remove(place) : null}
              problem={problem?.messageFor(`steps.${place}`)}
            />
          ))}
          <Button
            ref={add}
            variant="default"
            size="xs"
            className={classes.add}
            leftSection={<IconPlus size={14} />}
            disabled={draft.steps.length >= MOST_STEPS}
            onClick={() => set({ steps: [...draft.steps, { ...EMPTY, offset: draft.steps.at(-1)?.offset ?? 0 }] })}
          >
            {words.addStep}
          </Button>
          <MultiSelect
            label={words.stopsOn}
            description={words.stopsOnHelp}
            data={outcomes.map(({ name, label }) => ({ value: name, label }))}
            value={draft.stops_on}
            onChange={(value) => set({ stops_on: value })}
            error={problem?.messageFor("stops_on")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!complete}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** With a step and the one after it in the other order. */
function swapped(steps: readonly DraftStep[], place: number): DraftStep[] {
  const [first, second] = steps.slice(place, place + 2);
  return first && second ? steps.toSpliced(place, 2, second, first) : [...steps];
}
