import { Button, FocusTrap, Group, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useKindChoices } from "@/api/kinds";
import { outcomesQuery } from "@/api/outcomes";
import { noMoney, PRIORITIES, TAG_LENGTH } from "@/features/followups/facts";
import { DueFilterFields } from "@/features/followups/DueFilterFields";
import { HELD_BY, NO_FACTS, SEVERITIES, typedWorth, type FactFilters, type Filters } from "@/features/followups/filters";
import { WorthFields } from "@/features/followups/WorthFields";
import { t } from "@/i18n";
import { words } from "@/i18n/closing";
import { words as filtering } from "@/i18n/filtering";

interface Props {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
  close: () => void;
}

const TYPING_MS = 300;

/** What is chosen narrows the list at once, what is typed a moment later. */
export default function FactFilterFields({ filters, change, close }: Props) {
  const kinds = useKindChoices(filters.kind || undefined);
  const { data: outcomes = [] } = useQuery(outcomesQuery());
  const [typed, setTyped] = useState(() => ({
    ...{ tag: filters.tag, from: filters.from, to: filters.to },
    currency: filters.currency || noMoney().currency,
  }));
  const later = useDebouncedCallback((next: typeof typed) => change(factsOf(next)), TYPING_MS);

  function type(next: Partial<typeof typed>) {
    setTyped({ ...typed, ...next });
    later({ ...typed, ...next });
  }

  return (
    <FocusTrap active>
    <form
      onSubmit={(event) => {
        event.preventDefault();
        later.flush();
        close();
      }}
    >
      <Stack gap="sm">
        <Select
          label={t.facts.kind}
          placeholder={t.facts.any}
          data={kinds}
          value={filters.kind || null}
          onChange={(kind) => change({ kind: kind ?? "" })}
          clearable
          comboboxProps={{ withinPortal: false }}
          data-autofocus
        />
        <Select
          label={t.facts.priority}
          placeholder={t.facts.any}
          data={PRIORITIES.map((value) => ({ value, label: t.facts.priorities[value] }))}
          value={filters.priority || null}
          onChange={(priority) => change({ priority: priority ?? "" })}
          clearable
          comboboxProps={{ withinPortal: false }}
        />
        <DueFilterFields filters={filters} change={change} />
        <Select
          label={filtering.severity}
          placeholder={t.facts.any}
          data={SEVERITIES.map((value) => ({ value, label: filtering.severities[value] }))}
          value={filters.severity || null}
          onChange={(severity) => change({ severity: severity ?? "" })}
          clearable
          comboboxProps={{ withinPortal: false }}
        />
        <Select
          label={filtering.moved}
          placeholder={t.facts.any}
          data={Object.entries(filtering.movedTimes).map(([value, label]) => ({ value, label }))}
          value={filters.moved || null}
          onChange={(moved) => change({ moved: moved ?? "" })}
          clearable
          comboboxProps={{ withinPortal: false }}
        />
        <Select
          label={t.holds.filter}
          placeholder={t.facts.any}
          data={HELD_BY.map((value) => ({ value, label: t.holds.filters[value] }))}
          value={filters.held || null}
          onChange={(held) => change({ held: held ?? "" })}
          clearable
          comboboxProps={{ withinPortal: false }}
        />
        {filters.tab === "completed" && (
          <Select
            label={words.outcome}
            placeholder={t.facts.any}
            data={outcomes.map(({ name, label }) => ({ value: name, label }))}
            value={filters.outcome || null}
            onChange={(outcome) => change({ outcome: outcome ?? "" })}
            clearable
            comboboxProps={{ withinPortal: false }}
          />
        )}
        <TextInput
          label={t.facts.tag}
          placeholder={t.facts.any}
          maxLength={TAG_LENGTH}
          value={typed.tag}
          onChange={(event) => type({ tag: event.currentTarget.value })}
        />
        <WorthFields worth={typed} change={type} />
        <Group justify="space-between">
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => {
              later.cancel();
              setTyped({ tag: "", from: "", to: "", currency: noMoney().currency });
              change(NO_FACTS);
            }}
          >
            {t.facts.clear}
          </Button>
          <Button type="submit" size="compact-sm">
            {t.facts.show}
          </Button>
        </Group>
      </Stack>
    </form>
    </FocusTrap>
  );
}

function factsOf({ tag, ...worth }: Pick<FactFilters, "tag" | "from" | "to" | "currency">): Partial<Filters> {
  return { tag: tag.trim().toLowerCase(), ...typedWorth(worth) };
}
