import { Button, Table } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { IconHistory } from "@tabler/icons-react";
import type { AuditEntry } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { peopleQuery } from "@/features/followups/people";
import { detailsOf } from "@/features/ops/auditDetails";
import { auditLogQuery } from "@/features/ops/queries";
import classes from "./AuditLog.module.css";

/** Who did what, newest first. */
export function AuditLog() {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(auditLogQuery);
  if (!data) return error ? <ErrorState error={error} retry={() => void refetch()} /> : <RowsSkeleton rows={8} />;
  const entries = data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) return <EmptyState icon={IconHistory} title="Nobody has done anything yet" />;
  return (
    <>
      <Entries entries={entries} />
      {hasNextPage && (
        <Button mt="md" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  const { data: people } = useQuery(peopleQuery);
  const names = new Map(people?.map(({ id, name }) => [id, name]));
  return (
    <Table.ScrollContainer minWidth={720} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={7} aria-label="Audit log">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>Who</Table.Th>
            <Table.Th>Did</Table.Th>
            <Table.Th>To</Table.Th>
            <Table.Th>From</Table.Th>
            <Table.Th>Details</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(({ id, at, actor_id: actor, action, target, address, details }) => (
            <Table.Tr key={id}>
              <Table.Td className={classes.at}>
                <RelativeTime at={at} as="ago" />
              </Table.Td>
              <Table.Td>{actor === null ? "–" : (names.get(actor) ?? `User ${actor}`)}</Table.Td>
              <Table.Td>{action}</Table.Td>
              <Table.Td>{target ?? "–"}</Table.Td>
              <Table.Td>{address ?? "–"}</Table.Td>
              <Table.Td className={classes.details}>{detailsOf(details)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
