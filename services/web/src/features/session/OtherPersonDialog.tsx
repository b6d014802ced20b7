import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { apiForAnybody, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { Dialog } from "@/components/Dialog";
import { isolate } from "@/components/bidi";
import { Message } from "@/components/Message";
import { UserText } from "@/components/UserText";
import { leaveFor } from "@/hooks/unsavedChanges";
import { otherPerson, useMe } from "@/api/session";
import { t } from "@/i18n";

/** Says that the browser is logged in as somebody else by now; this page asks nothing of the API any more. */
export function OtherPersonDialog() {
  const opened = otherPerson.use();
  const me = useMe();
  const { data: now } = useQuery({
    queryKey: queryKeys.currentPerson,
    queryFn: ({ signal }) => dataOf(apiForAnybody.GET("/me", { signal })),
    enabled: opened,
    staleTime: 0,
  });
  if (!opened) return null;
  return (
    <Dialog
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      title={t.session.otherPerson(now ? isolate(now.name) : t.session.somebodyElse)}
      zIndex={510}
    >
      <Text size="sm" c="dimmed">
        <Message text={t.session.otherPersonText} parts={{ name: <UserText>{me.name}</UserText> }} />
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button onClick={() => leaveFor("/")} data-autofocus>
          {t.common.reload}
        </Button>
      </Group>
    </Dialog>
  );
}
