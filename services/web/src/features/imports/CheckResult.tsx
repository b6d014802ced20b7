import { Alert, Button, Group, ScrollArea, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { describeColumnError, columnLabel } from "@/api/fields";
import type { ImportResult } from "@/api/types";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { words } from "@/i18n/imports";

const COLUMNS = [{ name: words.imports.line, width: 70 }, { name: words.imports.column, width: 190 }, { name: words.imports.mistake }];

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
  return (
    <>
      <Alert
        color={mistakes > 0 ? "red" : "pine"}
        variant="light"
        icon={mistakes > 0 ? <IconAlertTriangle size={20} /> : <IconCircleCheck size={20} />}
        title={mistakes > 0 ? words.imports.mistakesIn(mistakes, file.name) : words.imports.ready(file.name)}
        role="status"
      >
        <Text size="sm" c="var(--mantine-color-text)">
          {words.imports.would(created, updated, unchanged)} {renamed > 0 && `${words.imports.renamed(renamed)} `}
          {words.imports.nothingWritten}
        </Text>
      </Alert>
      <Warnings sentences={warnings} />
      {mistakes > 0 && <Mistakes errors={errors} more={more} />}
      <Group>
        {mistakes === 0 && (
          <Button loading={busy} onClick={() => confirm(false)}>
            {words.imports.import(good)}
          </Button>
        )}
        {mistakes > 0 && good > 0 && (
          <Button loading={busy} onClick={() => confirm(true)}>
            {words.imports.importGood(good)}
          </Button>
        )}
        <Button variant="default" onClick={discard}>
          {words.imports.chooseOther}
        </Button>
      </Group>
    </>
  );
}

/** What is good and yet may not be meant. */
export function Warnings({ sentences }: { sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<IconAlertTriangle size={20} />}
      title={<span style={{ color: "var(--mantine-color-text)" }}>{words.imports.mind}</span>}
      role="status"
    >
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
    <section aria-label={words.imports.mistakes}>
      <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0 }}>
        <StackedTable verticalSpacing={6} stickyHeader columns={COLUMNS} aria-label={words.imports.mistakesByLine}>
          {errors.map(({ line, field, message }, index) => (
            <StackedRow key={index}>
              <Cell of={words.imports.line} className="numbers">
                {line}
              </Cell>
              <Cell of={words.imports.column}>{field ? columnLabel(field) : words.imports.wholeLine}</Cell>
              <Cell wide>{describeColumnError(field, message)}</Cell>
            </StackedRow>
          ))}
        </StackedTable>
      </ScrollArea.Autosize>
      {more > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {words.imports.moreMistakes(more)}
        </Text>
      )}
    </section>
  );
}
