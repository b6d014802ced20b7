import { Button, Checkbox, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { apiForAnybody, dataOf } from "@/api/client";
import { PasswordByLink } from "@/api/limits";
import { Problem } from "@/api/problem";
import { FormProblem } from "@/components/FormProblem";
import { announceSession } from "@/features/session/sessionChannel";
import { useEnter } from "@/features/session/session";
import { t } from "@/i18n";
import { words } from "@/i18n/accounts";

interface Props {
  /** What the link carries. */
  token: string;
  /** Of whose link it is: what keeps passwords keeps it with this one. */
  email: string;
}

/** Sets the password by a link, and goes on as who is logged in by it. */
export function SetPasswordForm({ token, email }: Props) {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [shown, setShown] = useState(false);
  /** The Tab key leads from one field to the next; what shows both comes behind them. */
  const visibility = { visible: shown, onVisibilityChange: setShown };
  const enter = useEnter();
  const save = useMutation({
    mutationFn: () => dataOf(apiForAnybody.PUT("/session/password-link", { body: { token, password } })),
    onSuccess: (person) => {
      announceSession(person.id);
      void enter(person, "/");
    },
  });
  const problem = save.error instanceof Problem ? save.error : null;
  const differs = again !== "" && again !== password;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (password === again) save.mutate();
  }

  return (
    <form onSubmit={submit} aria-label={words.setPassword.title}>
      <Stack>
        <FormProblem error={save.error} fields={["password"]} />
        <TextInput label={words.setPassword.email} value={email} type="email" autoComplete="username" readOnly tabIndex={-1} size="md" />
        <PasswordInput
          label={words.setPassword.password}
          description={words.setPassword.passwordHelp}
          autoComplete="new-password"
          required
          withAsterisk={false}
          size="md"
          maxLength={PasswordByLink.password}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={problem?.messageFor("password")}
          autoFocus
          {...visibility}
          visibilityToggleButtonProps={{ "aria-label": t.common.showPassword }}
        />
        <PasswordInput
          label={words.setPassword.again}
          autoComplete="new-password"
          required
          withAsterisk={false}
          size="md"
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differs ? words.setPassword.differs : undefined}
          {...visibility}
          visibilityToggleButtonProps={{ "aria-label": t.settings.showField(words.setPassword.again) }}
        />
        <Checkbox label={words.setPassword.show} checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        <Button type="submit" size="md" loading={save.isPending} fullWidth>
          {words.setPassword.save}
        </Button>
      </Stack>
    </form>
  );
}
