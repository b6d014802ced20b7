import { Button, Fieldset, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useMe } from "@/api/session";
import type { PasswordLink, User } from "@/api/types";
import { Message } from "@/components/Message";
import { RelativeTime } from "@/components/RelativeTime";
import { failed } from "@/components/toasts";
import { notYetInQuery } from "@/features/people/invitations";
import { LinkDialog } from "@/features/people/LinkDialog";
import { PersonSessions } from "@/features/people/PersonSessions";
import { useLogInOptions } from "@/features/session";
import { words } from "@/i18n/accounts";

/** Lets a person log in: by an invitation, or by a link to set a new password. One's own is in one's settings. */
export function PersonAccess({ person }: { person: User }) {
  const me = useMe();
  const options = useLogInOptions();
  if (!person.active || person.id === me.id) return null;
  return (
    <Fieldset legend={words.access.logIn}>
      <Stack gap="xs">
        {options?.password && <LinkMaker person={person} />}
        <PersonSessions person={person} />
      </Stack>
    </Fieldset>
  );
}

function LinkMaker({ person }: { person: User }) {
  const cache = useQueryClient();
  const { data } = useQuery(notYetInQuery);
  const make = useMutation({
    mutationFn: (path: "invitation" | "password-reset"): Promise<PasswordLink> =>
      dataOf(api.POST(`/users/{user_id}/${path}`, { params: { path: { user_id: person.id } } })),
    onError: (error) => failed(words.access.linkNotMade, error),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.notYetIn }),
  });
  if (!data) return null;
  const found = data.find(({ user_id }) => user_id === person.id);
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" flex="1 1 220px">
          {!found ? (
            words.access.forgotten
          ) : found.invited_at && found.expires_at ? (
            <Message
              text={words.access.invited}
              parts={{
                ago: <RelativeTime at={found.invited_at} as="ago" />,
                end: <RelativeTime at={found.expires_at} as="onCalendar" />,
              }}
            />
          ) : (
            words.access.notIn
          )}
        </Text>
        <Button
          variant="default"
          size="xs"
          loading={make.isPending}
          onClick={() => make.mutate(found ? "invitation" : "password-reset")}
        >
          {!found ? words.access.reset : found.invited_at ? words.access.inviteAgain : words.access.invite}
        </Button>
      </Group>
      {make.data && <LinkDialog made={make.data} close={() => make.reset()} />}
    </>
  );
}
