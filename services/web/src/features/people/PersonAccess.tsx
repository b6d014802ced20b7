import { Button, Fieldset, Group, Text } from "@mantine/core";
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
import { useLogInOptions } from "@/features/session";
import { t } from "@/i18n";

/** Lets a person log in: by an invitation, or by a link to set a new password. One's own is in one's settings. */
export function PersonAccess({ person }: { person: User }) {
  const me = useMe();
  const options = useLogInOptions();
  if (!options?.password || !person.active || person.id === me.id) return null;
  return <LinkMaker person={person} />;
}

function LinkMaker({ person }: { person: User }) {
  const cache = useQueryClient();
  const { data } = useQuery(notYetInQuery);
  const make = useMutation({
    mutationFn: (path: "invitation" | "password-reset"): Promise<PasswordLink> =>
      dataOf(api.POST(`/users/{user_id}/${path}`, { params: { path: { user_id: person.id } } })),
    onError: (error) => failed(t.people.linkNotMade, error),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.notYetIn }),
  });
  if (!data) return null;
  const found = data.find(({ user_id }) => user_id === person.id);
  return (
    <Fieldset legend={t.people.logIn}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" flex="1 1 220px">
          {!found ? (
            t.people.forgotten
          ) : found.invited_at && found.expires_at ? (
            <Message
              text={t.people.invited}
              parts={{
                ago: <RelativeTime at={found.invited_at} as="ago" />,
                end: <RelativeTime at={found.expires_at} as="onCalendar" />,
              }}
            />
          ) : (
            t.people.notIn
          )}
        </Text>
        <Button
          variant="default"
          size="xs"
          loading={make.isPending}
          onClick={() => make.mutate(found ? "invitation" : "password-reset")}
        >
          {!found ? t.people.reset : found.invited_at ? t.people.inviteAgain : t.people.invite}
        </Button>
      </Group>
      {make.data && <LinkDialog made={make.data} close={() => make.reset()} />}
    </Fieldset>
  );
}
