import { Alert, Button, Group, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { ImportResult } from "@/api/types";

interface Props {
  file: File;
  result: ImportResult;
  busy: boolean;
  confirm: (partial: boolean) => void;
  discard: () => void;
}

/** What a file would do, each mistake by line, and the decision. */
export function Checked({ file, result, busy, confirm, discard }: Props) {
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
      <Table.ScrollContainer minWidth={480} mah={320} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={6} stickyHeader aria-label="Mistakes by line">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={70}>Line</Table.Th>
              <Table.Th w={150}>Column</Table.Th>
              <Table.Th>What is wrong, and the fix</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {errors.map(({ line, field, message }, index) => (
              <Table.Tr key={index}>
                <Table.Td className="numbers">{line}</Table.Td>
                <Table.Td>{field || "–"}</Table.Td>
                <Table.Td>{message}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
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
