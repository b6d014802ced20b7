import { Alert, Select, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { columnLabel } from "@/api/fields";
import type { ImportPreview } from "@/api/types";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { missing } from "@/features/imports/imports";
import { zones } from "@/time/zones";

const COLUMNS = [{ name: "In the file" }, { name: "First cells" }, { name: "Taken as" }];

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
    <section aria-label="Columns">
      <Title order={2} mb={4}>
        Columns
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {words(preview)} Columns that are not taken change nothing.
      </Text>
      {lacking.length > 0 && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle size={20} />} mb="xs" role="status">
          <Text size="sm" c="var(--mantine-color-text)">
            Say which column is: {lacking.map(columnLabel).join(", ")}.
          </Text>
        </Alert>
      )}
      <StackedTable layout="fixed" verticalSpacing={6} columns={COLUMNS} aria-label="Columns of the file">
        {preview.columns.map(({ heading, samples }, place) => (
          <StackedRow key={place}>
            <Cell of="In the file" wide fw={540}>
              <bdi>{heading || `Column ${place + 1}`}</bdi>
            </Cell>
            <Cell of="First cells" wide>
              <bdi>{samples.filter(Boolean).slice(0, 3).join(" · ") || "–"}</bdi>
            </Cell>
            <Cell of="Taken as" wide>
              <Select
                aria-label={`What ${heading || `column ${place + 1}`} is`}
                data={preview.choices.map((column) => ({ value: column, label: columnLabel(column) }))}
                value={columns[place] || null}
                onChange={(column) => choose(place, column ?? "")}
                placeholder="Not taken"
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
          label="Time zone of the times in the file"
          description="Some of them do not say of which zone they are."
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

const SEPARATORS: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };

function words({ kind, encoding, separator, sheets }: ImportPreview): string {
  if (kind === "xlsx") return `Sheet “${sheets[0] ?? ""}” of the workbook${sheets.length > 1 ? "; only it is read" : ""}.`;
  return `${encoding ?? "Text"}, separated by ${SEPARATORS[separator ?? ""] ?? separator ?? "nothing"}.`;
}
