import { Alert, Button, Group, ScrollArea, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { describeColumnError, columnLabel } from "@/api/fields";
import type { ImportResult } from "@/api/types";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";

const COLUMNS = [{ name: "Line", width: 70 }, { name: "Column", width: 190 }, { name: "What is wrong, and the fix" }];

interface Props {
  file: File;
  result: ImportResult;
  busy: boolean;
  confirm: (partial: boolean) => void;
  discard: () => void;
}

/** What a file would do, each mistake by line, and the decision. */
export function CheckResult({ file, result, busy, confirm, discard }: Props) {
  const { created, updated, unchanged, errors, more_errors: more, warnings, subjects_changed: renamed } = result;
  const mistakes = errors.length + more;
  const good = created + updated + unchanged;
  const said = `${created.toLocaleString("en")} to add, ${updated.toLocaleString("en")} to update, ${unchanged.toLocaleString("en")} unchanged`;
  return (
    <>
      <Alert
        color={mistakes > 0 ? "red" : "pine"}
        variant="light"
        icon={mistakes > 0 ? <IconAlertTriangle size={20} /> : <IconCircleCheck size={20} />}
        title={mistakes > 0 ? `${count(mistakes)} in ${file.name}` : `${file.name} is ready`}
        role="status"
      >
        <Text size="sm" c="var(--mantine-color-text)">
          {said}.{renamed > 0 && ` ${known(renamed)} to rename or link again, for everybody.`} Nothing has been
          written yet.
        </Text>
      </Alert>
      <Warnings sentences={warnings} />
      {mistakes > 0 && <Mistakes errors={errors} more={more} />}
      <Group>
        {mistakes === 0 && (
          <Button loading={busy} onClick={() => confirm(false)}>
            Import {lines(good)}
          </Button>
        )}
        {mistakes > 0 && good > 0 && (
          <Button loading={busy} onClick={() => confirm(true)}>
            Import the {lines(good, "good ")}
          </Button>
        )}
        <Button variant="default" onClick={discard}>
          Choose another file
        </Button>
      </Group>
    </>
  );
}

/** What is good and yet may not be meant. */
export function Warnings({ sentences }: { sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <Alert color="orange" variant="light" icon={<IconAlertTriangle size={20} />} title="Mind" role="status">
      {sentences.map((sentence) => (
        <Text key={sentence} size="sm" c="var(--mantine-color-text)">
          {sentence}
        </Text>
      ))}
    </Alert>
  );
}

function Mistakes({ errors, more }: { errors: ImportResult["errors"]; more: number }) {
  return (
    <section aria-label="Mistakes">
      <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0 }}>
        <StackedTable verticalSpacing={6} stickyHeader columns={COLUMNS} aria-label="Mistakes by line">
          {errors.map(({ line, field, message }, index) => (
            <StackedRow key={index}>
              <Cell of="Line" className="numbers">
                {line}
              </Cell>
              <Cell of="Column">{field ? columnLabel(field) : "–"}</Cell>
              <Cell wide>{describeColumnError(field, message)}</Cell>
            </StackedRow>
          ))}
        </StackedTable>
      </ScrollArea.Autosize>
      {more > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          And {more.toLocaleString("en")} more.
        </Text>
      )}
    </section>
  );
}

function lines(amount: number, which = ""): string {
  return `${amount.toLocaleString("en")} ${which}${amount === 1 ? "line" : "lines"}`;
}

function count(mistakes: number): string {
  return mistakes === 1 ? "1 mistake" : `${mistakes.toLocaleString("en")} mistakes`;
}

function known(number: number): string {
  return number === 1 ? "One known lead or client" : `${number.toLocaleString("en")} known leads and clients`;
}
