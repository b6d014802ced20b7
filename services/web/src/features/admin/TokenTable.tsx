import { Badge, Button, Group, Table, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { keys } from "@/api/keys";
import type { Token } from "@/api/types";
import { askFirst } from "@/components/askFirst";
import { Named } from "@/components/Named";
import { RelativeTime } from "@/components/RelativeTime";
import { failed } from "@/features/followups/toasts";

interface Props {
  tokens: readonly Token[];
  /** Where they are in the API; each is revoked below it. */
  path: string;
}

export function TokenTable({ tokens, path }: Props) {
  const cache = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: number) => api.delete(`${path}/${id}`),
    onError: (error) => failed("The token still works", error),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.tokens }),
  });
  const askToRevoke = ({ id, name }: Token) =>
    askFirst({
      title: `Revoke “${name}”?`,
      text: "Programs that use it are shut out at once.",
      action: "Revoke",
      go: () => revoke.mutate(id),
    });
  return (
    <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={8} aria-label="API tokens">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Begins with</Table.Th>
            <Table.Th>May</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th ta="right">Take back</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td fw={560}>
                <Named>{token.name}</Named>
              </Table.Td>
              <Table.Td>
                <code>{token.prefix}</code>
              </Table.Td>
              <Table.Td>{token.scopes.join(", ")}</Table.Td>
              <Table.Td>{token.last_used_at ? <RelativeTime at={token.last_used_at} as="ago" /> : "Never"}</Table.Td>
              <Table.Td>{token.expires_at ? <RelativeTime at={token.expires_at} as="calendar" /> : <NoEnd />}</Table.Td>
              <Table.Td ta="right">
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => askToRevoke(token)}
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

/** Made by an earlier version, in which tokens could work for ever. */
function NoEnd() {
  return (
    <Group gap={6} wrap="nowrap">
      <Badge variant="outline" color="red.9">
        No end
      </Badge>
      <Text size="xs" c="dimmed">
        Replace it
      </Text>
    </Group>
  );
}
