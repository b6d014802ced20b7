import { Button, FocusTrap, Group, Select, Stack, Text } from "@mantine/core";
import { GROUPS, SORTS, type Filters } from "@/features/followups/filters";
import { t } from "@/i18n";
import { words } from "@/i18n/filtering";

interface Props {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
  close: () => void;
}

/** What is chosen holds at once. In groups, follow-ups come by due time. */
export default function OrderFields({ filters, change, close }: Props) {
  return (
    <FocusTrap active>
      <Stack gap="sm">
        <Select
          label={words.group}
          placeholder={words.ungrouped}
          data={GROUPS.map((value) => ({ value, label: t.order.by[value] }))}
          value={filters.group || null}
          onChange={(group) => change({ group: group ?? "", sort: "" })}
          clearable
          comboboxProps={{ withinPortal: false }}
          data-autofocus
        />
        <Select
          label={words.sort}
          placeholder={words.usual}
          data={SORTS.map((value) => ({ value, label: t.order.by[value] }))}
          value={filters.sort || null}
          onChange={(sort) => change({ sort: sort ?? "", group: "" })}
          clearable
          comboboxProps={{ withinPortal: false }}
        />
        {filters.group && (
          <Text size="sm" c="dimmed">
            {words.inGroups}
          </Text>
        )}
        <Group justify="space-between">
          <Button variant="subtle" size="compact-sm" onClick={() => change({ sort: "", group: "" })}>
            {t.facts.clear}
          </Button>
          <Button size="compact-sm" onClick={close}>
            {t.facts.show}
          </Button>
        </Group>
      </Stack>
    </FocusTrap>
  );
}
