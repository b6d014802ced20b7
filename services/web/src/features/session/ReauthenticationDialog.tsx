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

/** Asks who sits at an open page to show that it is still the person who logged in. */
export function ReauthenticationDialog() {
  const answer = pendingReauthentication.use();
  const options = useLogInOptions();
  useEffect(() => onReauthenticationNeeded(reauthenticate), []);
  if (!answer) return null;
  return (
    <Dialog onClose={() => answer(false)} title="Confirm that it is you" size="sm" zIndex={500}>
      <Text size="sm" c="dimmed" mb="md">
        This decides who can log in, what they may do and what they see, and you logged in more than 15 minutes ago.
      </Text>
      {options?.provider && <AtTheProvider name={options.provider} main={!options.password} done={() => answer(true)} />}
      {options?.provider && options.password && <Divider label="or" my="lg" />}
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

  const told = confirm.error instanceof Problem ? confirm.error.messageFor("password") : undefined;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    confirm.mutate();
  }

  return (
    <form onSubmit={submit} aria-label="Confirm that it is you">
      <Stack>
        {!told && <FormProblem error={confirm.error} />}
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={told}
          data-autofocus
          visibilityToggleButtonProps={{ "aria-label": "Show password", tabIndex: 0 }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
          <Button type="submit" loading={confirm.isPending}>
            Confirm
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
    const deaf = onSessionNews(done);
    return () => {
      window.removeEventListener("focus", done);
      deaf();
    };
  });
  return (
    <ProviderButton returnTo="/" newTab fresh variant={main ? "filled" : "default"}>
      Log in again with {name} in a new tab
    </ProviderButton>
  );
}
