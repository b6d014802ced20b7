import { Group, Select } from "@mantine/core";
import { useMe } from "@/api/session";
import { DayField } from "@/components/DayField";
import { PERIODS, type Filters } from "@/features/followups/filters";
import { t } from "@/i18n";
import { words } from "@/i18n/filtering";
import { fromWallTime, wallTime } from "@/time/zone";

interface Props {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
}

/** When follow-ups are due, by a week or a month or by days of the person's own, and whether they are about anybody. */
export function DueFilterFields({ filters, change }: Props) {
  const { time_zone: zone } = useMe();
  const { due, due_from: begin, due_before: end, about } = filters;
  return (
    <>
      <Select
        label={words.due}
        placeholder={t.facts.any}
        data={PERIODS.map((value) => ({ value, label: words.dueIn[value] }))}
        value={due || null}
        onChange={(period) => change({ due: period ?? "", due_from: "", due_before: "" })}
        clearable
        comboboxProps={{ withinPortal: false }}
      />
      <Group grow gap="xs" align="flex-start">
        <DayField
          within
          label={words.dueFrom}
          value={begin && wallTime(begin, zone).slice(0, 10)}
          onChange={(day) => day !== null && change({ due: "", due_from: day && midnight(day, zone) })}
        />
        <DayField
          within
          label={words.dueTo}
          value={end && wallTime(Date.parse(end) - 1, zone).slice(0, 10)}
          onChange={(day) => day !== null && change({ due: "", due_before: day && midnight(dayAfter(day), zone) })}
          error={begin && end && end <= begin ? words.swapped : undefined}
        />
      </Group>
      <Select
        label={words.about}
        placeholder={t.facts.any}
        data={(["nobody", "somebody"] as const).map((value) => ({ value, label: words.abouts[value] }))}
        value={about || null}
        onChange={(next) => change({ about: next ?? "" })}
        clearable
        comboboxProps={{ withinPortal: false }}
      />
    </>
  );
}

/** When a day begins. */
function midnight(day: string, zone: string): string {
  return fromWallTime(`${day}T00:00`, zone);
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
