import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { explain } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import type { User } from "@/api/types";
import { isolate } from "@/components/bidi";
import { openConfirmDialog } from "@/components/confirm";
import { done, failed } from "@/components/toasts";
import { words } from "@/i18n/accounts";

/** In how many browsers somebody is logged in, for admins to log them out of all. */
export function PersonSessions({ person }: { person: User }) {
  const cache = useQueryClient();
  const params = { path: { user_id: person.id } };
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionsOf(person.id),
    queryFn: ({ signal }) => dataOf(api.GET("/users/{user_id}/sessions", { params: { ...params, query: { limit: 200 } }, signal })),
    staleTime: 0,
  });
  const end = useMutation({
    mutationFn: () => api.DELETE("/users/{user_id}/sessions", { params }),
    onSuccess: () => done(words.access.loggedOut),
    onError: (failure) => failed(words.access.notLoggedOut, failure),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.sessionsOf(person.id) }),
  });
  const amount = data?.items.length ?? 0;
  const ask = () =>
    openConfirmDialog({
      title: words.access.askLogOut(isolate(person.name)),
      text: words.access.askLogOutText,
      confirmLabel: words.access.logOut,
      onConfirm: () => end.mutate(),
    });
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed" flex="1 1 220px">
        {error ? explain(error) : amount ? words.access.sessions(amount) : words.access.noSessions}
      </Text>
      <Button variant="default" size="xs" disabled={amount === 0} loading={end.isPending} onClick={ask}>
        {words.access.logOut}
      </Button>
    </Group>
  );
}
