import { Autocomplete, Group, Input, NumberInput, SegmentedControl, Select, TagsInput } from "@mantine/core";
import { useId } from "react";
import { useKindChoices } from "@/api/kinds";
import type { Priority } from "@/api/types";
import { CODE_LENGTH, CURRENCIES, MOST_TAGS, PRIORITIES, TAG_LENGTH, type Money } from "@/features/followups/facts";
import { t } from "@/i18n";
import classes from "./FactFields.module.css";

interface KindProps {
  value: string;
  onChange: (kind: string) => void;
  error?: string | undefined;
}

/** What is to be done: a call, a visit. */
export function KindField({ value, onChange, error }: KindProps) {
  const choices = useKindChoices(value);
  return (
    <Select
      label={t.facts.kind}
      data={choices}
      value={value}
      onChange={(kind) => kind && onChange(kind)}
      allowDeselect={false}
      error={error}
    />
  );
}

interface PriorityProps {
  value: Priority;
  onChange: (priority: Priority) => void;
}

/** How urgent it is. */
export function PriorityField({ value, onChange }: PriorityProps) {
  const id = useId();
  return (
    <Input.Wrapper label={t.facts.priority} labelElement="div" labelProps={{ id }}>
      <SegmentedControl
        fullWidth
        aria-labelledby={id}
        data={PRIORITIES.map((priority) => ({ value: priority, label: t.facts.priorities[priority] }))}
        value={value}
        onChange={onChange}
      />
    </Input.Wrapper>
  );
}

interface TagsProps {
  label?: string;
  value: string[];
  onChange: (tags: string[]) => void;
  error?: string | undefined;
}

/** Words of one's own; Enter, a comma and a semicolon end one. */
export function TagsField({ label = t.facts.tags, value, onChange, error }: TagsProps) {
  return (
    <TagsInput
      label={label}
      placeholder={value.length === 0 ? t.facts.tagsExample : ""}
      value={value}
      onChange={onChange}
      classNames={{ pill: classes.pill }}
      splitChars={[",", ";"]}
      maxTags={MOST_TAGS}
      maxLength={TAG_LENGTH}
      isDuplicate={(tag, tags) => tags.some((known) => known.toLowerCase() === tag.toLowerCase())}
      clearable
      clearButtonProps={{ "aria-label": t.facts.clearTags }}
      error={error}
    />
  );
}

interface ValueProps {
  value: Money;
  onChange: (value: Money) => void;
  error?: string | undefined;
}

/** What it is worth: an amount and its currency. */
export function ValueField({ value, onChange, error }: ValueProps) {
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap" className={classes.value}>
      <AmountInput
        label={t.facts.value}
        value={value.amount}
        onChange={(amount) => onChange({ ...value, amount })}
        error={error}
      />
      <CurrencyInput label={t.facts.currency} value={value.currency} onChange={(currency) => onChange({ ...value, currency })} />
    </Group>
  );
}

interface AmountProps {
  label: string;
  hidden?: boolean;
  value: string;
  onChange: (amount: string) => void;
  error?: string | undefined;
}

/** An amount of money, empty for none. @param hidden its label is for who does not see the field */
export function AmountInput({ label, hidden = false, value, onChange, error }: AmountProps) {
  return (
    <NumberInput
      {...(hidden ? { "aria-label": label, placeholder: label } : { label, placeholder: t.facts.noValue })}
      min={0}
      max={999_999_999_999.99}
      clampBehavior="strict"
      decimalScale={2}
      allowNegative={false}
      thousandSeparator=","
      hideControls
      inputMode="decimal"
      value={value}
      onChange={(amount) => onChange(String(amount))}
      error={error}
    />
  );
}

interface CurrencyProps {
  label: string;
  hidden?: boolean;
  value: string;
  onChange: (currency: string) => void;
}

/** The code of a currency: those that are used most are offered. */
export function CurrencyInput({ label, hidden = false, value, onChange }: CurrencyProps) {
  return (
    <Autocomplete
      {...(hidden ? { "aria-label": label } : { label, w: 100 })}
      data={value.length < CODE_LENGTH ? CURRENCIES.filter((code) => code.startsWith(value)) : []}
      filter={({ options }) => options}
      maxLength={CODE_LENGTH}
      value={value}
      onChange={(code) => onChange(code.toUpperCase())}
      comboboxProps={{ width: 100 }}
    />
  );
}
