import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/api/queryKeys";
import type { Token } from "@/api/types";
import { Badge } from "@/components/Badge";
import { openConfirmDialog } from "@/components/confirm";
import { UserText } from "@/components/UserText";
import { RelativeTime } from "@/components/RelativeTime";
import { ActionCell, Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { failed } from "@/components/toasts";
import { t } from "@/i18n";

const COLUMNS = [
  { name: t.tokens.columns.name },
  { name: t.tokens.columns.prefix },
  { name: t.tokens.columns.scopes },
  { name: t.tokens.columns.lastUsed },
  { name: t.tokens.columns.expires },
  { name: t.tokens.columns.revoke, silent: true },
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
    onError: (error) => failed(t.tokens.notRevoked, error),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.tokens }),
  });
  const askToRevoke = ({ id, name }: Token) =>
    openConfirmDialog({
      title: t.tokens.askRevoke(name),
      text: t.tokens.askRevokeText,
      confirmLabel: t.common.revoke,
      onConfirm: () => revoke.mutate(id),
    });
  return (
    <StackedTable verticalSpacing={8} columns={COLUMNS} aria-label={t.tokens.title}>
      {tokens.map((token) => (
        <StackedRow key={token.id}>
          <Cell fw={560} wide>
            <UserText>{token.name}</UserText>
          </Cell>
          <Cell of={t.tokens.columns.prefix}>
            <code>{token.prefix}</code>
          </Cell>
          <Cell of={t.tokens.columns.scopes}>{token.scopes.join(", ")}</Cell>
          <Cell of={t.tokens.columns.lastUsed}>{token.last_used_at ? <RelativeTime at={token.last_used_at} as="ago" /> : t.tokens.never}</Cell>
          <Cell of={t.tokens.columns.expires}>{token.expires_at ? <RelativeTime at={token.expires_at} as="calendar" /> : <NoEnd />}</Cell>
          <ActionCell>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t.tokens.revokeNamed(token.name)}
              onClick={() => askToRevoke(token)}
            >
              {t.common.revoke}
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
      <Badge tone="alarm">{t.tokens.noEnd}</Badge>
      <Text size="xs" c="dimmed">
        {t.tokens.replace}
      </Text>
    </Group>
  );
}
