import { Button, Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconArrowBackUp, IconTrash } from "@tabler/icons-react";
import type { DeletedFollowUp } from "@/api/types";
import { BackLink } from "@/features/followups/BackLink";
import { isolated } from "@/components/isolated";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { useRestore } from "@/features/followups/mutations";
import { deletedQuery } from "@/features/followups/queries";

/** What was deleted in the last 30 days, to be restored. */
export function Component() {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(deletedQuery);
  const deleted = data?.pages.flatMap(({ items }) => items);
  return (
    <Page title="Deleted follow-ups" aside={<BackLink />}>
      <Text c="dimmed" maw={640} mb="md">
        A deleted follow-up is kept for 30 days. Restored, it is as it was, with its history and notifications; nobody is
        told again.
      </Text>
      {deleted ? (
        deleted.length > 0 ? (
          <Deleted followUps={deleted} />
        ) : (
          <EmptyState icon={IconTrash} title="Nothing was deleted" text="What you delete is here for 30 days." />
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={3} />
      )}
      {hasNextPage && (
        <Button variant="default" size="xs" mt="md" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </Page>
  );
}

function Deleted({ followUps }: { followUps: readonly DeletedFollowUp[] }) {
  return (
    <Table.ScrollContainer minWidth={720} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What</Table.Th>
            <Table.Th>Assignee</Table.Th>
            <Table.Th>Was due</Table.Th>
            <Table.Th>Deleted</Table.Th>
            <Table.Th>Gone for good</Table.Th>
            <Table.Th aria-label="Restore" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {followUps.map((followUp) => (
            <Line key={followUp.id} followUp={followUp} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Line({ followUp }: { followUp: DeletedFollowUp }) {
  const restore = useRestore();
  const { title, assignee, due_at: dueAt, deleted_at: deletedAt, deleted_by: by, kept_until: until } = followUp;
  return (
    <Table.Tr>
      <Table.Td fw={500} style={{ overflowWrap: "anywhere" }}>
        {title}
      </Table.Td>
      <Table.Td>
        <Person name={assignee.name} inactive={!assignee.active} />
      </Table.Td>
      <Table.Td>
        <RelativeTime at={dueAt} as="calendar" />
      </Table.Td>
      <Table.Td>
        <RelativeTime at={deletedAt} as="ago" />
        {by && ` by ${isolated(by.name)}`}
      </Table.Td>
      <Table.Td>
        <RelativeTime at={until} as="ago" />
      </Table.Td>
      <Table.Td ta="right">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowBackUp size={15} />}
          loading={restore.isPending}
          onClick={() => restore.mutate(followUp)}
          aria-label={`Restore ${isolated(title)}`}
        >
          Restore
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
