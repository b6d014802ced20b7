import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { apiForAnybody, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { Dialog } from "@/components/Dialog";
import { isolate } from "@/components/bidi";
import { UserText } from "@/components/UserText";
import { leaveFor } from "@/hooks/unsavedChanges";
import { otherPerson, useMe } from "@/api/session";

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
      title={`You are now logged in as ${now ? isolate(now.name) : "somebody else"} in another tab`}
      zIndex={510}
    >
      <Text size="sm" c="dimmed">
        This page still shows what belongs to <UserText>{me.name}</UserText>. Nothing more is sent from it: load it again to go on.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button onClick={() => leaveFor("/")} data-autofocus>
          Reload
        </Button>
      </Group>
    </Dialog>
  );
}
