import { Button, Popover, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconFilter } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useKindChoices } from "@/api/kinds";
import { filtersSet, NO_FILTER, PRIORITIES, type Narrowing } from "@/features/escalations/filters";
import { noMoney, typedWorth, WorthFields } from "@/features/followups";
import { policiesQuery } from "@/features/policies";
import { t } from "@/i18n";
import classes from "./EscalationsPage.module.css";

interface Props {
  narrowing: Narrowing;
  change: (next: Partial<Narrowing>) => void;
}

const TYPING_MS = 300;
const TAG_LENGTH = 50;
const PRIORITY_CHOICES = PRIORITIES.map((value) => ({ value, label: t.escalations.priorities[value] }));

/** Narrows the dashboard to a policy, or to follow-ups of some sort. */
export function EscalationFilter({ narrowing, change }: Props) {
  const [opened, setOpened] = useState(false);
  const set = filtersSet(narrowing);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant={set > 0 ? "light" : "default"}
          className={classes.filter}
          leftSection={<IconFilter size={15} />}
          aria-label={set > 0 ? t.escalations.filtered(set) : t.escalations.filter}
          onClick={() => setOpened((open) => !open)}
        >
          <span className={classes.filterWord}>{set > 0 ? t.escalations.filterCount(set) : t.escalations.filter}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Fields narrowing={narrowing} change={change} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Fields({ narrowing, change }: Props) {
  const { data: policies = [] } = useQuery(policiesQuery);
  const kinds = useKindChoices(narrowing.kind || undefined);
  const nothing = { tag: "", from: "", to: "", currency: noMoney().currency };
  const [typed, setTyped] = useState(() => ({
    ...{ tag: narrowing.tag, from: narrowing.from, to: narrowing.to },
    currency: narrowing.currency || nothing.currency,
  }));
  const later = useDebouncedCallback(
    ({ tag, ...worth }: typeof typed) => change({ tag: tag.trim(), ...typedWorth(worth) }),
    TYPING_MS,
  );
  const type = (next: Partial<typeof typed>) => {
    setTyped({ ...typed, ...next });
    later({ ...typed, ...next });
  };
  const inForce = policies.filter(({ current }) => current);
  return (
    <Stack gap="sm">
      <Choice
        label={t.escalations.policy}
        data={inForce.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={narrowing.policy}
        change={(policy) => change({ policy })}
      />
      <Choice
        label={t.escalations.kind}
        data={kinds}
        value={narrowing.kind}
        change={(kind) => change({ kind })}
      />
      <Choice
        label={t.escalations.priority}
        data={PRIORITY_CHOICES}
        value={narrowing.priority}
        change={(priority) => change({ priority })}
      />
      <TextInput
        label={t.escalations.tag}
        maxLength={TAG_LENGTH}
        value={typed.tag}
        onChange={(event) => type({ tag: event.currentTarget.value })}
      />
      <Suspense>
        <WorthFields worth={typed} change={type} />
      </Suspense>
      <Button
        variant="subtle"
        size="compact-sm"
        onClick={() => {
          later.cancel();
          setTyped(nothing);
          change(NO_FILTER);
        }}
      >
        {t.escalations.clearFilters}
      </Button>
    </Stack>
  );
}

interface ChoiceProps {
  label: string;
  data: { value: string; label: string }[];
  /** Empty: any. */
  value: string;
  change: (value: string) => void;
}

function Choice({ label, data, value, change }: ChoiceProps) {
  return (
    <Select
      label={label}
      placeholder={t.escalations.any}
      data={data}
      value={value || null}
      onChange={(next) => change(next ?? "")}
      clearable
      clearButtonProps={{ "aria-label": t.escalations.clear(label) }}
      comboboxProps={{ withinPortal: false }}
    />
  );
}
