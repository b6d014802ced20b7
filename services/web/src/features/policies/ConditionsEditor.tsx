import { Button, Group, MultiSelect, NumberInput, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { Problem } from "@/api/problem";
import { IconButton } from "@/components/IconButton";
import { FIELDS, newCondition, OF_PEOPLE, OPERATORS, type Condition, type Conditions, type Field } from "@/features/policies/conditions";
import { inactiveIn, outOfUse, useKinds, usePeople } from "@/features/policies/named";
import { conditionInWords, type Names } from "@/features/policies/sentence";
import { words } from "@/i18n/policies";
import classes from "./policies.module.css";

interface Props {
  conditions: Required<Conditions>;
  names: Names;
  change: (conditions: Required<Conditions>) => void;
  problem: Problem | null;
}

const FIELD_CHOICES = FIELDS.map((value) => ({ value, label: words.conditionFields[value] }));
const KNOWN: Partial<Record<Field, string[]>> = {
  subject: ["lead", "client", "none"],
  priority: ["low", "normal", "high"],
};
/** What is wrong with none of them alone. */
const OF_ALL: readonly string[] = ["conditions", "conditions.all", "conditions.any"];

/** Which follow-ups a policy is for. */
export function ConditionsEditor({ conditions, names, change, problem }: Props) {
  const mistake = problem?.errors.find(({ field }) => OF_ALL.includes(field))?.message;
  const list = (part: "all" | "any", title: string) => (
    <List
      title={title}
      list={conditions[part]}
      names={names}
      change={(changed) => change({ ...conditions, [part]: changed })}
      mistakes={(index) => problem?.messageFor(`conditions.${part}.${index}`)}
    />
  );
  return (
    <Stack gap="sm">
      {list("all", words.allOf)}
      {list("any", words.anyOf)}
      {mistake && (
        <p className={classes.mistake} role="alert">
          {mistake}
        </p>
      )}
    </Stack>
  );
}

interface ListProps {
  title: string;
  list: readonly Condition[];
  names: Names;
  change: (list: Condition[]) => void;
  /** What is wrong with one of them, by its place. */
  mistakes: (index: number) => string | undefined;
}

function List({ title, list, names, change, mistakes }: ListProps) {
  const replace = (at: number, next: Condition) => change(list.map((one, index) => (index === at ? next : one)));
  return (
    <div role="group" aria-label={title}>
      <Group gap="sm">
        <Text size="sm" fw={560}>
          {title}
        </Text>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconPlus size={13} />}
          onClick={() => change([...list, newCondition("priority")])}
        >
          {words.addCondition}
        </Button>
      </Group>
      {list.map((condition, index) => (
        <div key={index} className={classes.gaps} role="group" aria-label={conditionInWords(condition, names)}>
          <Select
            size="xs"
            w={160}
            aria-label={words.conditionField}
            data={FIELD_CHOICES}
            value={condition.field}
            onChange={(field) => replace(index, newCondition(field ?? condition.field))}
            allowDeselect={false}
          />
          <Select
            size="xs"
            w={150}
            aria-label={words.conditionSays}
            data={OPERATORS[condition.field].map((value) => ({ value, label: words.operators[value] }))}
            value={condition.is}
            onChange={(is) => replace(index, { ...condition, is: is ?? condition.is })}
            allowDeselect={false}
          />
          <Value condition={condition} names={names} change={(value) => replace(index, { ...condition, value })} />
          <IconButton aria-label={words.removeCondition(conditionInWords(condition, names))} onClick={() => change(list.filter((_, at) => at !== index))}>
            <IconX size={16} />
          </IconButton>
          <Notes condition={condition} mistake={mistakes(index)} />
        </div>
      ))}
    </div>
  );
}

/** What somebody should know of who and what a condition names. */
function Notes({ condition, mistake }: { condition: Condition; mistake: string | undefined }) {
  const people = usePeople();
  const kinds = useKinds();
  const gone = inactiveIn(condition, people);
  const unused = kinds ? outOfUse(condition, kinds.map(({ value }) => value)) : [];
  return (
    <>
      {gone.length > 0 && <p className={classes.note}>{words.inactiveInCondition(gone)}</p>}
      {unused.length > 0 && <p className={classes.note}>{words.kindsOutOfUse(unused)}</p>}
      {mistake && (
        <p className={classes.mistake} role="alert">
          {mistake}
        </p>
      )}
    </>
  );
}

interface ValueProps {
  condition: Condition;
  names: Names;
  change: (value: Condition["value"]) => void;
}

function Value({ condition: { field, value }, names, change }: ValueProps) {
  if (!Array.isArray(value)) {
    return (
      <>
        <NumberInput
          size="xs"
          w={110}
          min={0}
          decimalScale={2}
          hideControls
          aria-label={words.conditionValue}
          value={value.amount}
          onChange={(amount) => change({ ...value, amount: String(amount) })}
        />
        <TextInput
          size="xs"
          w={64}
          maxLength={3}
          aria-label={words.currency}
          value={value.currency}
          onChange={(event) => change({ ...value, currency: event.currentTarget.value.toUpperCase() })}
        />
      </>
    );
  }
  const texts = value.map(String);
  if (OF_PEOPLE.includes(field)) {
    const people = [...names].map(([id, label]) => ({ value: String(id), label }));
    return <Many data={people} value={texts} change={(ids) => change(ids.map(Number))} />;
  }
  if (field === "kind") return <Kinds value={texts} change={change} />;
  const known: Readonly<Record<string, string>> = words.values;
  const choices = KNOWN[field];
  if (choices) return <Many data={choices.map((each) => ({ value: each, label: known[each] ?? each }))} value={texts} change={change} />;
  return (
    <TagsInput size="xs" miw={190} maw="calc(100% - 44px)" aria-label={words.conditionValue} value={texts} onChange={change} />
  );
}

/** Kinds in use, and those that the condition names although they are not. */
function Kinds({ value, change }: { value: string[]; change: (value: string[]) => void }) {
  const kinds = useKinds() ?? [];
  const others = value.filter((name) => !kinds.some((kind) => kind.value === name));
  return <Many data={[...kinds, ...others.map((name) => ({ value: name, label: name }))]} value={value} change={change} />;
}

function Many({ data, value, change }: { data: { value: string; label: string }[]; value: string[]; change: (value: string[]) => void }) {
  return <MultiSelect size="xs" miw={190} maw="calc(100% - 44px)" aria-label={words.conditionValue} data={data} value={value} onChange={change} searchable limit={50} />;
}
