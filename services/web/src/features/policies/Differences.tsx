import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Cell, HeadCell, StackedRow, StackedTable } from "@/components/StackedTable";
import { calendarsQuery } from "@/features/calendars";
import type { Difference } from "@/features/policies/differences";
import { useNames } from "@/features/policies/queries";
import { conditionsInWords, stepInWords, type Names } from "@/features/policies/sentence";
import { draftOf, type Step } from "@/features/policies/steps";
import { words } from "@/i18n/policies";

const COLUMNS = [{ name: words.differs.field, width: 110 }, { name: words.differs.was }, { name: words.differs.now }];

/** What two versions say otherwise, in sentences. */
export function Differences({ differences }: { differences: readonly Difference[] }) {
  const names = useNames();
  const { data: calendars = [] } = useQuery(calendarsQuery);
  if (differences.length === 0) return <Text size="sm">{words.differs.nothing}</Text>;
  const calendarName = (id: unknown) =>
    typeof id === "number" ? (calendars.find((one) => one.id === id)?.name ?? words.archivedCalendar) : words.assigneesCalendar;
  return (
    <StackedTable verticalSpacing="xs" columns={COLUMNS} aria-label={words.differs.title}>
      {differences.map(({ field, was, now }) => (
        <StackedRow key={field}>
          <HeadCell fw={500}>{fieldName(field)}</HeadCell>
          <Cell of={words.differs.was} wide>
            {field === "calendar_id" ? calendarName(was) : inWords(field, was, names)}
          </Cell>
          <Cell of={words.differs.now} wide>
            {field === "calendar_id" ? calendarName(now) : inWords(field, now, names)}
          </Cell>
        </StackedRow>
      ))}
    </StackedTable>
  );
}

function fieldName(field: string): string {
  const known: Readonly<Record<string, string>> = words.differs.fields;
  const step = /^steps\.(\d+)$/.exec(field)?.[1];
  return step ? words.stepNumber(Number(step)) : (known[field] ?? field);
}

function inWords(field: string, value: unknown, names: Names): string {
  if (value === null || value === undefined) return words.differs.none;
  if (field.startsWith("steps")) {
    const step = draftOf(value as Step);
    return words.differs.step(step.label, stepInWords(step, names));
  }
  return field === "conditions" ? conditionsInWords(value, names) : (typeof value === "string" ? value : JSON.stringify(value));
}
