import { Checkbox, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { Problem } from "@/api/problem";
import { IconButton } from "@/components/IconButton";
import { inactiveOf, usePeople } from "@/features/policies/named";
import { audienceInWords, stepInWords, type Names } from "@/features/policies/sentence";
import { isBefore, SEVERITIES, UNITS, type Amount, type Severity, type StepDraft, type Unit } from "@/features/policies/steps";
import { words } from "@/i18n/policies";
import classes from "./policies.module.css";

const UNIT_CHOICES = UNITS.map((value) => ({ value, label: words.units[value] }));
const SEVERITY_CHOICES = SEVERITIES.map((value) => ({ value, label: words.severities[value] }));
const SIDES = [
  { value: "after", label: words.sides.after },
  { value: "before", label: words.sides.before },
];
const TELLS = [
  { value: "at_once", label: words.tellChoices.at_once },
  { value: "working_hours", label: words.tellChoices.working_hours },
];
const GROUPS = ["assignee", "manager", "manager(2)", "manager(3)", "admins", "role(manager)"];

interface Props {
  number: number;
  step: StepDraft;
  names: Names;
  change: (step: StepDraft) => void;
  /** None: it is the only one. */
  remove: (() => void) | null;
  problem: Problem | null;
}

/** A step, as a sentence with gaps. */
export function StepEditor({ number, step, names, change, remove, problem }: Props) {
  const update = (changes: Partial<StepDraft>) => change({ ...step, ...changes });
  const mistake = problem?.messageFor(`steps.${number - 1}`);
  const gone = inactiveOf(step.audience, usePeople());
  return (
    <fieldset className={classes.step}>
      <legend className={classes.legend}>{words.stepNumber(number)}</legend>
      <p className={classes.sentence}>{stepInWords(step, names)}.</p>
      <div className={classes.gaps}>
        <AmountFields value={step} change={update} label={words.howLong} />
        <Choice label={words.side} data={SIDES} value={step.before ? "before" : "after"} change={(side) => update({ before: side === "before" })} w={120} />
        <span>{words.gaps.tell}</span>
        <Audience step={step} names={names} update={update} />
        <span>{words.gaps.as}</span>
        {isBefore(step) ? (
          <span>{words.severities.reminder}</span>
        ) : (
          <Choice label={words.severity} data={SEVERITY_CHOICES} value={step.severity} change={(severity) => update({ severity: severity as Severity })} w={120} />
        )}
        <span>{words.gaps.called}</span>
        <TextInput
          size="xs"
          w={130}
          required
          maxLength={50}
          aria-label={words.label}
          value={step.label}
          onChange={(event) => update({ label: event.currentTarget.value })}
        />
        <Choice label={words.tell} data={TELLS} value={step.tell} change={(tell) => update({ tell: tell as StepDraft["tell"] })} w={190} />
        <Repeat step={step} update={update} />
        <Checkbox size="xs" label={words.note} checked={step.note} onChange={(event) => update({ note: event.currentTarget.checked })} />
      </div>
      {remove && (
        <IconButton className={classes.removeStep} aria-label={words.removeStep(number)} onClick={remove}>
          <IconX size={16} />
        </IconButton>
      )}
      {gone.length > 0 && <p className={classes.note}>{words.inactiveInAudience(gone)}</p>}
      {mistake && (
        <p className={classes.mistake} role="alert">
          {mistake}
        </p>
      )}
    </fieldset>
  );
}

interface PartProps {
  step: StepDraft;
  update: (changes: Partial<StepDraft>) => void;
}

function Audience({ step, names, update }: PartProps & { names: Names }) {
  const people = [...names].map(([id, label]) => ({ value: `user(${id})`, label }));
  const known = [...GROUPS.map((value) => ({ value, label: audienceInWords(value, names) })), ...people];
  const others = step.audience.filter((each) => !known.some(({ value }) => value === each));
  return (
    <MultiSelect
      size="xs"
      miw={190}
      aria-label={words.audience}
      data={[...known, ...others.map((value) => ({ value, label: audienceInWords(value, names) }))]}
      value={step.audience}
      onChange={(audience) => update({ audience })}
      searchable
      limit={50}
    />
  );
}

function Repeat({ step: { repeat }, update }: PartProps) {
  return (
    <>
      <Checkbox
        size="xs"
        label={words.repeat}
        checked={repeat !== null}
        onChange={(event) => update({ repeat: event.currentTarget.checked ? { unit: "working", amount: 8, times: 3 } : null })}
      />
      {repeat && (
        <>
          <AmountFields value={repeat} change={(changes) => update({ repeat: { ...repeat, ...changes } })} label={words.repeatEvery} />
          <span>{words.gaps.atMost}</span>
          <NumberInput
            size="xs"
            w={64}
            min={1}
            max={100}
            allowDecimal={false}
            hideControls
            aria-label={words.times}
            value={repeat.times}
            onChange={(times) => update({ repeat: { ...repeat, times: Number(times) } })}
          />
          <span>{words.gaps.times}</span>
        </>
      )}
    </>
  );
}

function AmountFields({ value, change, label }: { value: Amount; change: (value: Partial<Amount>) => void; label: string }) {
  return (
    <>
      <NumberInput
        size="xs"
        w={64}
        min={0}
        max={8784}
        allowDecimal={value.unit !== "working_days"}
        hideControls
        aria-label={label}
        value={value.amount}
        onChange={(amount) => change({ amount: Number(amount) })}
      />
      <Choice label={words.unitOf(label)} data={UNIT_CHOICES} value={value.unit} change={(unit) => change({ unit: unit as Unit })} w={135} />
    </>
  );
}

interface ChoiceProps {
  label: string;
  data: { value: string; label: string }[];
  value: string;
  change: (value: string) => void;
  w: number;
}

function Choice({ label, data, value, change, w }: ChoiceProps) {
  return (
    <Select
      size="xs"
      w={w}
      aria-label={label}
      data={data}
      value={value}
      onChange={(next) => change(next ?? value)}
      allowDeselect={false}
    />
  );
}
