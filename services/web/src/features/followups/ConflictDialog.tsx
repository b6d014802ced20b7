import { Button, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { FollowUp } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { draftOf, type Draft } from "@/features/followups/draft";
import { peopleQuery } from "@/features/followups/people";
import { useMe } from "@/features/session/session";
import { inZone } from "@/time/words";

interface Props {
  mine: Draft;
  theirs: FollowUp;
  busy: boolean;
  keepMine: () => void;
  takeTheirs: () => void;
  back: () => void;
}

const LABELS: Record<keyof Draft, string> = {
  title: "What",
  subject: "Lead or client",
  due_at: "Due",
  assignee_id: "Assignee",
  notes: "Notes",
};

/** Somebody else saved first: both versions side by side, and the choice between them. */
export function ConflictDialog({ mine, theirs, busy, keepMine, takeTheirs, back }: Props) {
  const { time_zone: zone } = useMe();
  const { data: people } = useQuery(peopleQuery);
  const other = draftOf(theirs);

  function said(draft: Draft, field: keyof Draft): string {
    if (field === "due_at") return draft.due_at ? inZone(draft.due_at, zone) : "";
    if (field === "subject") return draft.subject?.name ?? "Nobody";
    if (field === "assignee_id") {
      return people?.find(({ id }) => id === draft.assignee_id)?.name ?? theirs.assignee.name;
    }
    return draft[field] || "(empty)";
  }

  const fields = (Object.keys(LABELS) as (keyof Draft)[]).map((field) => ({
    field,
    mine: said(mine, field),
    theirs: said(other, field),
  }));

  return (
    <Dialog onClose={back} title="Somebody changed this while you were editing" size="xl">
      <Text size="sm" c="dimmed" mb="md">
        {theirs.status === "completed" && "It has been completed meanwhile. "}
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
                    {LABELS[row.field]}
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
