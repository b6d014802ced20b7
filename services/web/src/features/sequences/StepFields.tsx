import { Checkbox, NumberInput, Select, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import { useKindChoices } from "@/api/kinds";
import type { Sequence } from "@/api/types";
import { IconButton } from "@/components/IconButton";
import { words } from "@/i18n/sequences";
import classes from "./Sequences.module.css";

export type DraftStep = Sequence["steps"][number];

const LONGEST_TITLE = 200;
const LONGEST_OFFSET = 60;

interface Props {
  /** From 1. */
  place: number;
  step: DraftStep;
  change: (change: Partial<DraftStep>) => void;
  /** Null: it cannot go there. */
  up: (() => void) | null;
  down: (() => void) | null;
  remove: (() => void) | null;
  problem: string | undefined;
}

/** What one step of a sequence plans, and when. */
export function StepFields({ place, step, change, up, down, remove, problem }: Props) {
  const kinds = useKindChoices(step.kind);
  return (
    <fieldset className={classes.step}>
      <legend className={classes.legend}>{words.step(place)}</legend>
      <TextInput
        label={words.what}
        maxLength={LONGEST_TITLE}
        value={step.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
        error={problem}
      />
      <div className={classes.fields}>
        <Select label={words.kind} data={kinds} value={step.kind} onChange={(kind) => change({ kind: kind ?? step.kind })} allowDeselect={false} />
        <NumberInput
          label={words.offset}
          description={words.offsetHelp}
          inputWrapperOrder={["label", "input", "description", "error"]}
          max={LONGEST_OFFSET}
          allowDecimal={false}
          value={step.offset}
          onChange={(offset) => change({ offset: Number(offset) })}
        />
      </div>
      {place > 1 && (
        <Checkbox
          mt="xs"
          label={words.waits}
          description={words.waitsHelp}
          checked={step.waits}
          onChange={(event) => change({ waits: event.currentTarget.checked })}
        />
      )}
      <span className={classes.actions}>
        {up && (
          <IconButton aria-label={words.moveUp(place)} onClick={up}>
            <IconArrowUp size={18} />
          </IconButton>
        )}
        {down && (
          <IconButton aria-label={words.moveDown(place)} onClick={down}>
            <IconArrowDown size={18} />
          </IconButton>
        )}
        {remove && (
          <IconButton aria-label={words.removeStep(place)} onClick={remove}>
            <IconX size={18} />
          </IconButton>
        )}
      </span>
    </fieldset>
  );
}
