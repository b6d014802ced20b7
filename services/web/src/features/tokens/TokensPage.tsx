import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { TokenForm } from "@/features/tokens/TokenForm";
import { TokenTable } from "@/features/tokens/TokenTable";
import { t } from "@/i18n";

const revoke = (id: number) => api.DELETE("/tokens/{token_id}", { params: { path: { token_id: id } } });

/** Keys with which programs act for a person. */
export function Component() {
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.tokens,
    queryFn: ({ signal }) => dataOf(api.GET("/tokens", { params: { query: { limit: 200 } }, signal })),
  });
  return (
    <Page
      title={t.tokens.title}
      narrow
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t.tokens.add}
        </Button>
      }
    >
      <Text c="dimmed" maw={640} mb="md">
        {t.tokens.text}
      </Text>
      {data ? (
        data.items.length > 0 ? (
          <TokenTable tokens={data.items} revoke={revoke} />
        ) : (
          <EmptyState icon={IconKey} title={t.tokens.none} text={t.tokens.noneText} />
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
