import { Button, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconArrowBackUp, IconTrash } from "@tabler/icons-react";
import type { DeletedFollowUp } from "@/api/types";
import { BackLink } from "@/features/followups/BackLink";
import { isolate } from "@/components/bidi";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { UserText } from "@/components/UserText";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { Person } from "@/components/Person";
import { RelativeTime } from "@/components/RelativeTime";
import { ActionCell, Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { useRestore } from "@/features/followups/mutations";
import { deletedQuery } from "@/features/followups/queries";
import { t } from "@/i18n";

const COLUMNS = [
  { name: t.deleted.what },
  { name: t.deleted.assignee },
  { name: t.deleted.wasDue },
  { name: t.deleted.deleted },
  { name: t.deleted.gone },
  { name: t.deleted.restore, silent: true },
];

/** What was deleted in the last 30 days, to be restored. */
export function Component() {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(deletedQuery);
  const deleted = data?.pages.flatMap(({ items }) => items);
  return (
    <Page title={t.deleted.title} aside={<BackLink />}>
      <Text c="dimmed" maw={640} mb="md">
        {t.deleted.text}
      </Text>
      {deleted ? (
        deleted.length > 0 ? (
          <Deleted followUps={deleted} />
        ) : (
          <EmptyState icon={IconTrash} title={t.deleted.none} text={t.deleted.noneText} />
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={3} />
      )}
      {hasNextPage && (
        <Button variant="default" size="xs" mt="md" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showEarlier}
        </Button>
      )}
    </Page>
  );
}

function Deleted({ followUps }: { followUps: readonly DeletedFollowUp[] }) {
  return (
    <StackedTable verticalSpacing="xs" columns={COLUMNS} aria-label={t.deleted.title}>
      {followUps.map((followUp) => (
        <Line key={followUp.id} followUp={followUp} />
      ))}
    </StackedTable>
  );
}

function Line({ followUp }: { followUp: DeletedFollowUp }) {
  const restore = useRestore();
  const { title, assignee, due_at: dueAt, deleted_at: deletedAt, deleted_by: by, kept_until: until } = followUp;
  return (
    <StackedRow>
      <Cell fw={500} wide>
        <UserText>{title}</UserText>
      </Cell>
      <Cell of={t.deleted.assignee}>
        <Person name={assignee.name} inactive={!assignee.active} />
      </Cell>
      <Cell of={t.deleted.wasDue}>
        <RelativeTime at={dueAt} as="calendar" />
      </Cell>
      <Cell of={t.deleted.deleted}>
        <RelativeTime at={deletedAt} as="ago" />
        {by && t.deleted.by(isolate(by.name))}
      </Cell>
      <Cell of={t.deleted.gone}>
        <RelativeTime at={until} as="ago" />
      </Cell>
      <ActionCell>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowBackUp size={15} />}
          loading={restore.isPending}
          onClick={() => restore.mutate(followUp)}
          aria-label={t.deleted.restoreNamed(isolate(title))}
        >
          {t.deleted.restore}
        </Button>
      </ActionCell>
    </StackedRow>
  );
}
