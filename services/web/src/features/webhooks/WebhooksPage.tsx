import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlus, IconWebhook } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import type { Webhook } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { UserText } from "@/components/UserText";
import { webhooksQuery } from "@/features/webhooks/queries";
import { StateBadge } from "@/features/webhooks/StateBadge";
import { WebhookForm } from "@/features/webhooks/WebhookForm";
import { words } from "@/i18n/webhooks";

const COLUMNS = [
  { name: words.columns.url },
  { name: words.columns.events },
  { name: words.columns.waiting },
  { name: words.columns.state },
];

/** Programs that hear what happens. */
export function Component() {
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery(webhooksQuery);
  return (
    <Page
      title={words.title}
      narrow
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {words.add}
        </Button>
      }
    >
      <Text c="dimmed" maw={640} mb="md">
        {words.text}
      </Text>
      {data ? (
        <Webhooks webhooks={data} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={3} />
      )}
      {adding && <WebhookForm close={() => setAdding(false)} />}
    </Page>
  );
}

function Webhooks({ webhooks }: { webhooks: readonly Webhook[] }) {
  if (webhooks.length === 0) return <EmptyState icon={IconWebhook} title={words.none} text={words.noneText} />;
  return (
    <StackedTable verticalSpacing={10} columns={COLUMNS} aria-label={words.title}>
      {webhooks.map((webhook) => (
        <StackedRow key={webhook.id}>
          <Cell fw={560} wide>
            <Link to={`/admin/webhooks/${webhook.id}`}>
              <UserText>{webhook.url}</UserText>
            </Link>
          </Cell>
          <Cell of={words.columns.events}>{words.events(webhook.event_types.length)}</Cell>
          <Cell of={words.columns.waiting}>{words.waiting(webhook.waiting)}</Cell>
          <Cell of={words.columns.state}>
            <StateBadge webhook={webhook} />
          </Cell>
        </StackedRow>
      ))}
    </StackedTable>
  );
}
