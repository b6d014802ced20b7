import { Alert, Select, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { columnLabel } from "@/api/fields";
import type { ImportPreview } from "@/api/types";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { missing } from "@/features/imports/imports";
import { t } from "@/i18n";
import { words } from "@/i18n/imports";
import { zones } from "@/time/zones";

const COLUMNS = [{ name: words.imports.inFile }, { name: words.imports.firstCells }, { name: words.imports.takenAs }];

interface Props {
  preview: ImportPreview;
  columns: readonly string[];
  zone: string | null;
  change: (columns: readonly string[], zone: string | null) => void;
}

/** The columns of a file with their first cells, and which of ours each is: proposed, and changeable. */
export function ColumnMapping({ preview, columns, zone, change }: Props) {
  const lacking = missing(preview.required, columns);
  function choose(place: number, column: string) {
    const others = columns.map((other) => (column !== "" && other === column ? "" : other));
    change(others.with(place, column), zone);
  }
  return (
    <section aria-label={words.imports.columns}>
      <Title order={2} mb={4}>
        {words.imports.columns}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {describe(preview)} {words.imports.notTakenHelp}
      </Text>
      {lacking.length > 0 && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle size={20} />} mb="xs" role="status">
          <Text size="sm" c="var(--mantine-color-text)">
            {words.imports.missing(lacking.map(columnLabel).join(", "))}
          </Text>
        </Alert>
      )}
      <StackedTable layout="fixed" verticalSpacing={6} columns={COLUMNS} aria-label={words.imports.columnsOf}>
        {preview.columns.map(({ heading, samples }, place) => (
          <StackedRow key={place}>
            <Cell of={words.imports.inFile} wide fw={540}>
              <bdi>{heading || words.imports.numbered(place + 1)}</bdi>
            </Cell>
            <Cell of={words.imports.firstCells} wide>
              <bdi>{samples.filter(Boolean).slice(0, 3).join(" · ") || words.imports.empty}</bdi>
            </Cell>
            <Cell of={words.imports.takenAs} wide>
              <Select
                aria-label={words.imports.whatIs(heading || words.imports.numberedInSentence(place + 1))}
                data={preview.choices.map((column) => ({ value: column, label: columnLabel(column) }))}
                value={columns[place] || null}
                onChange={(column) => choose(place, column ?? "")}
                placeholder={words.imports.notTaken}
                clearable
                searchable
                size="xs"
              />
            </Cell>
          </StackedRow>
        ))}
      </StackedTable>
      {(preview.times_without_zone || zone !== null) && (
        <Select
          mt="sm"
          maw={320}
          label={words.imports.zone}
          description={words.imports.zoneHelp}
          data={zones(zone ?? "UTC")}
          value={zone}
          onChange={(next) => change(columns, next)}
          searchable
          allowDeselect={false}
        />
      )}
    </section>
  );
}

const { commas, semicolons, tabs, bars } = words.imports.separators;
const SEPARATORS: Record<string, string> = { ",": commas, ";": semicolons, "\t": tabs, "|": bars };

function describe({ kind, encoding, separator, sheets }: ImportPreview): string {
  if (kind === "xlsx") return (sheets.length > 1 ? words.imports.firstSheet : words.imports.sheet)(sheets[0] ?? "");
  return words.imports.separated(encoding ?? words.imports.text, SEPARATORS[separator ?? ""] ?? separator ?? t.common.nothing);
}
