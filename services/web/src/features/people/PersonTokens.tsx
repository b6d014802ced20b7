import { Fieldset, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { explain } from "@/api/problem";
import { TokenTable } from "@/features/tokens";
import { words } from "@/i18n/people";

/** The API tokens of a person, for admins to look at and to take back. */
export function PersonTokens({ id }: { id: number }) {
  const { data, error } = useQuery({
    queryKey: queryKeys.tokensOf(id),
    queryFn: ({ signal }) => dataOf(api.GET("/users/{user_id}/tokens", { params: { path: { user_id: id }, query: { limit: 200 } }, signal })),
  });
  const tokens = data?.items ?? [];
  const revoke = (token: number) =>
    api.DELETE("/users/{user_id}/tokens/{token_id}", { params: { path: { user_id: id, token_id: token } } });
  return (
    <Fieldset legend={words.tokens}>
      {tokens.length > 0 ? (
        <TokenTable tokens={tokens} revoke={revoke} />
      ) : (
        <Text size="sm" c="dimmed">
          {error ? explain(error) : data ? words.noTokens : words.looking}
        </Text>
      )}
    </Fieldset>
  );
}
