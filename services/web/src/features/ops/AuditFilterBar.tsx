import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconUsers } from "@tabler/icons-react";
import { DayField } from "@/components/DayField";
import { peopleQuery } from "@/features/people";
import { KINDS, type AuditFilters } from "@/features/ops/auditFilters";
import { t } from "@/i18n";
import { words } from "@/i18n/ops";
import classes from "./AuditFilterBar.module.css";

interface Props {
  filters: AuditFilters;
  change: (next: Partial<Record<keyof AuditFilters, string>>) => void;
}

/** What to read of the audit log: about what, by or about whom, and when. */
export function AuditFilterBar({ filters, change }: Props) {
  const { data: people = [] } = useQuery(peopleQuery);
  return (
    <div className={classes.filters}>
      <Select
        aria-label={words.ops.about}
        data={[...KINDS]}
        value={filters.kind}
        onChange={(kind) => change({ kind: kind ?? "" })}
        allowDeselect={false}
      />
      <Select
        aria-label={words.ops.person}
        placeholder={words.ops.anybody}
        leftSection={<IconUsers size={15} />}
        data={people.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={filters.person || null}
        onChange={(person) => change({ person: person ?? "" })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": words.ops.anybody }}
        nothingFoundMessage={t.common.nobodyByName}
      />
      <Day name={words.ops.fromDay} value={filters.from} onChange={(from) => change({ from })} />
      <Day name={words.ops.toDay} value={filters.to} onChange={(to) => change({ to })} />
    </div>
  );
}

function Day({ name, value, onChange }: { name: string; value: string; onChange: (day: string) => void }) {
  return (
    <DayField
      aria-label={words.ops.day(name)}
      leftSection={<span className={classes.side}>{name}</span>}
      leftSectionWidth={50}
      past
      value={value}
      onChange={(day) => onChange(day ?? "")}
    />
  );
}
