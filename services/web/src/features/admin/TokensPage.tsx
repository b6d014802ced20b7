import { Button, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/keys";
import type { Page as PageOf, Token } from "@/api/types";
import { askFirst } from "@/components/askFirst";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { TokenForm } from "@/features/admin/TokenForm";
import { failed } from "@/features/followups/toasts";

/** Keys with which programs act for a person. */
export function Component() {
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: keys.tokens,
    queryFn: ({ signal }) => api.get<PageOf<Token>>("/tokens", { query: { limit: 200 }, signal }),
  });
  return (
    <Page
      title="API tokens"
      narrow
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          Token
        </Button>
      }
    >
      <Text c="dimmed" maw={640} mb="md">
        A program that sends a token acts as you, with your rights. Make one for each program, so that you can take
        back one alone.
      </Text>
      {data ? (
        data.items.length > 0 ? (
          <Tokens tokens={data.items} />
        ) : (
          <EmptyState icon={IconKey} title="No tokens" text="Make one when a program is to work with Followup for you." />
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={3} />
      )}
      {adding && <TokenForm close={() => setAdding(false)} />}
    </Page>
  );
}

function Tokens({ tokens }: { tokens: readonly Token[] }) {
  const cache = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: number) => api.delete(`/tokens/${id}`),
    onError: (error) => failed("The token still works", error),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.tokens }),
  });
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={8} aria-label="API tokens">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Begins with</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th ta="right">Take back</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map(({ id, name, prefix, last_used_at: used, expires_at: expires }) => (
            <Table.Tr key={id}>
              <Table.Td fw={560}>{name}</Table.Td>
              <Table.Td>
                <code>{prefix}</code>
              </Table.Td>
              <Table.Td>{used ? <RelativeTime at={used} as="ago" /> : "Never"}</Table.Td>
              <Table.Td>{expires ? <RelativeTime at={expires} as="calendar" /> : "Never"}</Table.Td>
              <Table.Td ta="right">
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Revoke ${name}`}
                  onClick={() =>
                    askFirst({
                      title: `Revoke “${name}”?`,
                      text: "Programs that use it are shut out at once.",
                      action: "Revoke",
                      go: () => revoke.mutate(id),
                    })
                  }
                >
                  Revoke
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
