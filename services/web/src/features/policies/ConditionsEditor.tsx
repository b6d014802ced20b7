import { Button, Group, MultiSelect, NumberInput, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { IconButton } from "@/components/IconButton";
import { FIELDS, newCondition, OF_PEOPLE, OPERATORS, type Condition, type Conditions, type Field } from "@/features/policies/conditions";
import { conditionInWords, type Names } from "@/features/policies/sentence";
import { words } from "@/i18n/policies";
import classes from "./policies.module.css";

interface Props {
  conditions: Required<Conditions>;
  names: Names;
  change: (conditions: Required<Conditions>) => void;
}

const FIELD_CHOICES = FIELDS.map((value) => ({ value, label: words.conditionFields[value] }));
const KNOWN: Partial<Record<Field, string[]>> = {
  subject: ["lead", "client", "none"],
  priority: ["low", "normal", "high"],
};
const KINDS = ["call", "e-mail", "meeting", "visit", "task"];

/** Which follow-ups a policy is for. */
export function ConditionsEditor({ conditions, names, change }: Props) {
  return (
    <Stack gap="sm">
      <List title={words.allOf} list={conditions.all} names={names} change={(all) => change({ ...conditions, all })} />
      <List title={words.anyOf} list={conditions.any} names={names} change={(any) => change({ ...conditions, any })} />
    </Stack>
  );
}

interface ListProps {
  title: string;
  list: readonly Condition[];
  names: Names;
  change: (list: Condition[]) => void;
}

function List({ title, list, names, change }: ListProps) {
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
            onChange={(field) => replace(index, newCondition((field ?? condition.field)))}
            allowDeselect={false}
          />
          <Select
            size="xs"
            w={150}
            aria-label={words.conditionSays}
            data={OPERATORS[condition.field].map((value) => ({ value, label: words.operators[value] }))}
            value={condition.is}
            onChange={(is) => replace(index, { ...condition, is: (is ?? condition.is) })}
            allowDeselect={false}
          />
          <Value condition={condition} names={names} change={(value) => replace(index, { ...condition, value })} />
          <IconButton aria-label={words.removeCondition(conditionInWords(condition, names))} onClick={() => change(list.filter((_, at) => at !== index))}>
            <IconX size={16} />
          </IconButton>
        </div>
      ))}
    </div>
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
  const known: Readonly<Record<string, string>> = words.values;
  const choices = KNOWN[field];
  if (choices) return <Many data={choices.map((each) => ({ value: each, label: known[each] ?? each }))} value={texts} change={change} />;
  return (
    <TagsInput size="xs" miw={190} aria-label={words.conditionValue} data={field === "kind" ? KINDS : []} value={texts} onChange={change} />
  );
}

function Many({ data, value, change }: { data: { value: string; label: string }[]; value: string[]; change: (value: string[]) => void }) {
  return <MultiSelect size="xs" miw={190} aria-label={words.conditionValue} data={data} value={value} onChange={change} searchable limit={50} />;
}
