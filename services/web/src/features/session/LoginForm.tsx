import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api, dataOf } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Me } from "@/api/types";
import { t } from "@/i18n";

interface Props {
  email?: string;
  onDone: (me: Me) => void;
}

export function LoginForm({ email: known = "", onDone }: Props) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const logIn = useMutation({
    mutationFn: () => dataOf(api.POST("/session", { body: { email: email.trim(), password } })),
    onSuccess: onDone,
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    logIn.mutate();
  }

  return (
    <form onSubmit={submit} aria-label={t.logIn.label}>
      <Stack gap="md">
        {logIn.error && (
          <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} role="alert">
            {failure(logIn.error)}
          </Alert>
        )}
        <TextInput
          label={t.logIn.email}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          size="md"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          autoFocus={!known}
        />
        <PasswordInput
          label={t.logIn.password}
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoFocus={Boolean(known)}
          data-autofocus={known ? true : undefined} // a dialog looks for it, and takes its first field else
          visibilityToggleButtonProps={{ "aria-label": t.common.showPassword, tabIndex: 0 }}
        />
        <Button type="submit" size="md" loading={logIn.isPending} fullWidth>
          {t.logIn.label}
        </Button>
      </Stack>
    </form>
  );
}

function failure(error: Error): string {
  if (error instanceof Problem && error.status === 401) {
    return t.logIn.wrong;
  }
  return error.message;
}
