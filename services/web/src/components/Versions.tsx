import { Button, Group, Table, Text } from "@mantine/core";
import { Dialog } from "@/components/Dialog";

export interface FieldVersions {
  field: string;
  label: string;
  mine: string;
  theirs: string;
}

interface Props {
  fields: readonly FieldVersions[];
  /** What else has happened meanwhile, as a sentence. */
  note?: string | undefined;
  busy: boolean;
  keepMine: () => void;
  takeTheirs: () => void;
  back: () => void;
}

/** Somebody else saved first: both versions side by side, and the choice between them. */
export function Versions({ fields, note, busy, keepMine, takeTheirs, back }: Props) {
  return (
    <Dialog onClose={back} title="Somebody changed this while you were editing" size="xl">
      <Text size="sm" c="dimmed" mb="md">
        {note && `${note} `}
        Compare the two versions: fields that you left alone are as they were saved. Nothing is written until you
        choose.
      </Text>
      <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing="xs" layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={120}>Field</Table.Th>
              <Table.Th>Yours</Table.Th>
              <Table.Th>Saved by somebody else</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {fields.map((row) => {
              const differs = row.mine !== row.theirs;
              return (
                <Table.Tr key={row.field} bg={differs ? "var(--level-1-bg)" : undefined}>
                  <Table.Th scope="row" fw={500}>
                    {row.label}
                  </Table.Th>
                  <Table.Td fw={differs ? 600 : 400} style={{ overflowWrap: "anywhere" }}>
                    {row.mine}
                  </Table.Td>
                  <Table.Td fw={differs ? 600 : 400} style={{ overflowWrap: "anywhere" }}>
                    {row.theirs}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="flex-end" mt="lg">
        <Button variant="subtle" color="gray" c="var(--mantine-color-text)" onClick={back}>
          Back to editing
        </Button>
        <Button variant="default" onClick={takeTheirs}>
          Take theirs
        </Button>
        <Button onClick={keepMine} loading={busy}>
          Save mine
        </Button>
      </Group>
    </Dialog>
  );
}
