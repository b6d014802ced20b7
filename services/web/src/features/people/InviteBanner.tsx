import { Alert, Button, Group, Text } from "@mantine/core";
import { IconMailPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { InviteDialog } from "@/features/people/InviteDialog";
import { notYetInQuery } from "@/features/people/invitations";
import { useLogInOptions } from "@/features/session";
import { words } from "@/i18n/accounts";

/** Says how many people cannot log in yet, and invites them; nothing where all can. */
export function InviteBanner() {
  const passwords = useLogInOptions()?.password ?? false;
  const { data = [] } = useQuery({ ...notYetInQuery, enabled: passwords });
  const [asking, setAsking] = useState(false);
  if (data.length === 0) return null;
  const uninvited = data.filter(({ invited_at }) => invited_at === null).length;
  return (
    <Alert color={uninvited ? "orange" : "gray"} variant="light" icon={<IconMailPlus size={18} />} role="status" mb="md">
      <Group justify="space-between">
        <Text size="sm" c="var(--mantine-color-text)">
          {words.access.notYetIn(data.length)} {uninvited ? words.access.uninvited(uninvited) : words.access.allInvited}
        </Text>
        <Button size="xs" variant="default" onClick={() => setAsking(true)}>
          {uninvited ? words.access.inviteAll : words.access.inviteAllAgain}
        </Button>
      </Group>
      {asking && <InviteDialog amount={data.length} close={() => setAsking(false)} />}
    </Alert>
  );
}
