import { Alert, Select, Table, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ImportPreview } from "@/api/types";
import { missing } from "@/features/admin/imports";
import { zones } from "@/time/zones";
import classes from "./Mapping.module.css";

const LABELS: Record<string, string> = {
  email: "E-mail address",
  name: "Name",
  first_name: "First name",
  last_name: "Last name",
  role: "Role",
  manager_email: "Manager's e-mail address",
  time_zone: "Time zone",
  active: "Active",
  external_id: "External id",
  id: "Id in Followup",
  title: "Title",
  assignee_email: "Assignee's e-mail address",
  due_at: "Due time",
  subject_kind: "Lead or client",
  subject_external_id: "External id of lead or client",
  subject_name: "Name of lead or client",
  subject_url: "Link of lead or client",
  notes: "Notes",
  status: "Status",
};

interface Props {
  preview: ImportPreview;
  columns: readonly string[];
  zone: string | null;
  change: (columns: readonly string[], zone: string | null) => void;
}

/** The columns of a file with their first cells, and which of ours each is: proposed, and changeable. */
export function Mapping({ preview, columns, zone, change }: Props) {
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
            Say which column is: {lacking.map(label).join(", ")}.
          </Text>
        </Alert>
      )}
      <Table withTableBorder verticalSpacing={6} aria-label="Columns of the file" className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>In the file</Table.Th>
            <Table.Th className={classes.cells}>First cells</Table.Th>
            <Table.Th>Taken as</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.columns.map(({ heading, samples }, place) => (
            <Table.Tr key={place}>
              <Table.Td className={classes.heading}>
                <bdi>{heading || `Column ${place + 1}`}</bdi>
              </Table.Td>
              <Table.Td className={classes.cells}>
                <bdi>{samples.filter(Boolean).slice(0, 3).join(" · ")}</bdi>
              </Table.Td>
              <Table.Td>
                <Select
                  aria-label={`What ${heading || `column ${place + 1}`} is`}
                  data={preview.choices.map((column) => ({ value: column, label: label(column) }))}
                  value={columns[place] || null}
                  onChange={(column) => choose(place, column ?? "")}
                  placeholder="Not taken"
                  clearable
                  searchable
                  size="xs"
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
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

function label(column: string): string {
  return LABELS[column] ?? column;
}

const SEPARATORS: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };

function words({ kind, encoding, separator, sheets }: ImportPreview): string {
  if (kind === "xlsx") return `Sheet “${sheets[0] ?? ""}” of the workbook${sheets.length > 1 ? "; only it is read" : ""}.`;
  return `${encoding ?? "Text"}, separated by ${SEPARATORS[separator ?? ""] ?? separator ?? "nothing"}.`;
}
