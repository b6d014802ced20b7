import { Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Dialog } from "@/components/Dialog";
import { LoginForm } from "@/features/session/LoginForm";
import { sessionEnded, useMe } from "@/features/session/session";
import type { Me } from "@/api/types";

/** Asks for the password over the open page, so that nothing typed on it is lost. */
export function SessionEndedDialog() {
  const opened = sessionEnded.use();
  const me = useMe();
  const cache = useQueryClient();

  function resume(next: Me) {
    if (next.id !== me.id) {
      location.assign("/");
      return;
    }
    sessionEnded.set(false);
    void cache.invalidateQueries();
  }

  if (!opened) return null;
  return (
    <Dialog
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      title="Your session has ended"
      zIndex={500}
    >
      <Text size="sm" c="dimmed" mb="md">
        Log in again to go on. What you have typed on the page is still there.
      </Text>
      <LoginForm email={me.email} onDone={resume} />
    </Dialog>
  );
}
