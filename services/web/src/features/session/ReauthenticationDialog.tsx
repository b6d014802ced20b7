import { Button, Divider, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState, type SubmitEvent } from "react";
import { api, onReauthenticationNeeded } from "@/api/client";
import { Problem } from "@/api/problem";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { reauthenticate, pendingReauthentication } from "@/features/session/reauthentication";
import { ProviderButton } from "@/features/session/ProviderButton";
import { useLogInOptions } from "@/features/session/session";
import { onSessionNews } from "@/features/session/sessionChannel";
import { t } from "@/i18n";

/** Asks who sits at an open page to show that it is still the person who logged in. */
export function ReauthenticationDialog() {
  const answer = pendingReauthentication.use();
  const options = useLogInOptions();
  useEffect(() => onReauthenticationNeeded(reauthenticate), []);
  if (!answer) return null;
  return (
    <Dialog onClose={() => answer(false)} title={t.session.confirmTitle} size="sm" zIndex={500}>
      <Text size="sm" c="dimmed" mb="md">
        {t.session.confirmText}
      </Text>
      {options?.provider && <AtTheProvider name={options.provider} main={!options.password} done={() => answer(true)} />}
      {options?.provider && options.password && <Divider label={t.common.or} my="lg" />}
      {options?.password && <WithPassword done={() => answer(true)} cancel={() => answer(false)} />}
    </Dialog>
  );
}

function WithPassword({ done, cancel }: { done: () => void; cancel: () => void }) {
  const [password, setPassword] = useState("");
  const confirm = useMutation({
    mutationFn: () => api.POST("/session/proof", { body: { password } }),
    onSuccess: done,
  });

  const refused = confirm.error instanceof Problem ? confirm.error.messageFor("password") : undefined;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    confirm.mutate();
  }

  return (
    <form onSubmit={submit} aria-label={t.session.confirmTitle}>
      <Stack>
        {!refused && <FormProblem error={confirm.error} />}
        <PasswordInput
          label={t.session.password}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={refused}
          data-autofocus
          visibilityToggleButtonProps={{ "aria-label": t.common.showPassword, tabIndex: 0 }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={confirm.isPending}>
            {t.session.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Back from there, the request is sent again; if it was another log-in than was asked for, so is the question. */
function AtTheProvider({ name, main, done }: { name: string; main: boolean; done: () => void }) {
  useEffect(() => {
    window.addEventListener("focus", done);
    const unsubscribe = onSessionNews(done);
    return () => {
      window.removeEventListener("focus", done);
      unsubscribe();
    };
  });
  return (
    <ProviderButton returnTo="/" newTab fresh variant={main ? "filled" : "default"}>
      {t.logIn.againInNewTab(name)}
    </ProviderButton>
  );
}
