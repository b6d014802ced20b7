import { Divider, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { apiForAnybody, dataOf } from "@/api/client";
import { Dialog } from "@/components/Dialog";
import { LoginForm } from "@/features/session/LoginForm";
import { ProviderButton } from "@/features/session/ProviderButton";
import { otherPerson, sessionEnded, useMe } from "@/api/session";
import { useLogInOptions } from "@/features/session/session";
import { announceSession } from "@/features/session/sessionChannel";
import type { Me } from "@/api/types";
import { leaveFor } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";

/** Asks for a new log-in over the open page, so that nothing typed on it is lost. */
export function SessionEndedDialog() {
  const ended = sessionEnded.use();
  const opened = !otherPerson.use() && ended;
  const me = useMe();
  const cache = useQueryClient();
  const options = useLogInOptions();

  function resume(next: Me) {
    if (next.id !== me.id) {
      leaveFor("/");
      return;
    }
    sessionEnded.set(false);
    announceSession(next.id);
    void cache.invalidateQueries();
  }

  useEffect(() => {
    if (!opened) return;
    // Back from a log-in in another tab. Without one, the question stays.
    const look = () => void dataOf(apiForAnybody.GET("/me")).then(resume, () => undefined);
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  });

  if (!opened) return null;
  return (
    <Dialog
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      title={t.session.ended}
      zIndex={500}
    >
      <Text size="sm" c="dimmed" mb="md">
        {t.session.endedText}
      </Text>
      {options?.provider && (
        <ProviderButton returnTo="/" newTab variant={options.password ? "default" : "filled"}>
          {t.logIn.withInNewTab(options.provider)}
        </ProviderButton>
      )}
      {options?.provider && options.password && <Divider label={t.common.or} my="lg" />}
      {options?.password && <LoginForm email={me.email} onDone={resume} />}
    </Dialog>
  );
}
