import { Badge, Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/api/queryKeys";
import type { Token } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { UserText } from "@/components/UserText";
import { RelativeTime } from "@/components/RelativeTime";
import { ActionCell, Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { failed } from "@/components/toasts";

const COLUMNS = [
  { name: "Name" },
  { name: "Begins with" },
  { name: "May" },
  { name: "Last used" },
  { name: "Expires" },
  { name: "Revoke", silent: true },
];

interface Props {
  tokens: readonly Token[];
  /** Ends the token of that id. */
  revoke: (id: number) => Promise<unknown>;
}

export function TokenTable({ tokens, revoke: revokeToken }: Props) {
  const cache = useQueryClient();
  const revoke = useMutation({
    mutationFn: revokeToken,
    onError: (error) => failed("The token still works", error),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.tokens }),
  });
  const askToRevoke = ({ id, name }: Token) =>
    openConfirmDialog({
      title: `Revoke “${name}”?`,
      text: "Programs that use it are shut out at once.",
      action: "Revoke",
      go: () => revoke.mutate(id),
    });
  return (
    <StackedTable verticalSpacing={8} columns={COLUMNS} aria-label="API tokens">
      {tokens.map((token) => (
        <StackedRow key={token.id}>
          <Cell fw={560} wide>
            <UserText>{token.name}</UserText>
          </Cell>
          <Cell of="Begins with">
            <code>{token.prefix}</code>
          </Cell>
          <Cell of="May">{token.scopes.join(", ")}</Cell>
          <Cell of="Last used">{token.last_used_at ? <RelativeTime at={token.last_used_at} as="ago" /> : "Never"}</Cell>
          <Cell of="Expires">{token.expires_at ? <RelativeTime at={token.expires_at} as="calendar" /> : <NoEnd />}</Cell>
          <ActionCell>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Revoke ${token.name}`}
              onClick={() => askToRevoke(token)}
            >
              Revoke
            </Button>
          </ActionCell>
        </StackedRow>
      ))}
    </StackedTable>
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
