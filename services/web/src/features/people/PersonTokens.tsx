import { Fieldset, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { explain } from "@/api/problem";
import type { Page, Token } from "@/api/types";
import { TokenTable } from "@/features/tokens";

/** The API tokens of a person, for admins to look at and to take back. */
export function PersonTokens({ id }: { id: number }) {
  const path = `/users/${id}/tokens`;
  const { data, error } = useQuery({
    queryKey: queryKeys.tokensOf(id),
    queryFn: ({ signal }) => api.get<Page<Token>>(path, { query: { limit: 200 }, signal }),
  });
  const tokens = data?.items ?? [];
  return (
    <Fieldset legend="API tokens">
      {tokens.length > 0 ? (
        <TokenTable tokens={tokens} path={path} />
      ) : (
        <Text size="sm" c="dimmed">
          {error ? explain(error) : data ? "None. Programs cannot act for this person." : "Looking…"}
        </Text>
      )}
    </Fieldset>
  );
}
