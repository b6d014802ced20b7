import { Alert, Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ChangeEventHandler } from "react";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { Problem } from "@/api/problem";
import { FormProblem } from "@/components/FormProblem";
import { openConfirmDialog } from "@/components/confirm";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { done, failed } from "@/components/toasts";
import { t } from "@/i18n";

const EMPTY = { current: "", next: "", again: "" };

export function PasswordForm() {
  const cache = useQueryClient();
  const form = useForm({ initialValues: EMPTY });
  const draft = form.values;
  const change = useMutation({
    mutationFn: () =>
      api.PUT("/me/password", { body: { current_password: draft.current, new_password: draft.next } }),
    onSuccess: () => {
      form.setValues(EMPTY);
      void cache.invalidateQueries({ queryKey: queryKeys.sessions });
    },
  });
  useUnsavedChanges(Object.values(draft).some(Boolean), () => undefined);
  const problem = change.error instanceof Problem ? change.error : null;
  const differs = draft.again !== "" && draft.again !== draft.next;
  const named = problem?.messageFor("current_password") ?? problem?.messageFor("new_password");

  function submit() {
    if (!differs) change.mutate();
  }

  return (
    <form onSubmit={form.onSubmit(submit)} aria-label={t.settings.password}>
      <Stack>
        {!named && <FormProblem error={change.error} />}
        {change.isSuccess && <Changed />}
        <Field
          label={t.settings.currentPassword}
          autoComplete="current-password"
          {...form.getInputProps("current")}
          error={problem?.messageFor("current_password")}
        />
        <Field
          label={t.settings.newPassword}
          description={t.settings.newPasswordHelp}
          autoComplete="new-password"
          {...form.getInputProps("next")}
          error={problem?.messageFor("new_password")}
        />
        <Field
          label={t.settings.newPasswordAgain}
          autoComplete="new-password"
          {...form.getInputProps("again")}
          error={differs ? t.settings.differs : undefined}
        />
        <Button type="submit" loading={change.isPending} style={{ alignSelf: "flex-start" }}>
          {t.settings.changePassword}
        </Button>
      </Stack>
    </form>
  );
}

interface FieldProps {
  label: string;
  description?: string;
  autoComplete: string;
  value?: string;
  onChange?: ChangeEventHandler<HTMLInputElement>;
  error: string | undefined;
}

function Field(props: FieldProps) {
  return (
    <PasswordInput
      {...props}
      required
      withAsterisk={false}
      visibilityToggleButtonProps={{ "aria-label": t.settings.showField(props.label), tabIndex: 0 }}
    />
  );
}

/** What the change did, and what it left to the person. */
function Changed() {
  const cache = useQueryClient();
  const revoke = useMutation({
    mutationFn: async () => {
      const { items } = await dataOf(api.GET("/tokens", { params: { query: { limit: 200 } } }));
      await Promise.all(items.map(({ id }) => api.DELETE("/tokens/{token_id}", { params: { path: { token_id: id } } })));
    },
    onSuccess: () => done(t.settings.tokensRevoked),
    onError: (error) => failed(t.settings.tokensNotRevoked, error),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.tokens }),
  });
  return (
    <Alert color="pine" variant="light" title={t.settings.passwordChanged} role="status">
      <Text size="sm" c="var(--mantine-color-text)">
        {t.settings.passwordChangedText}
      </Text>
      <Group mt="sm">
        <Button
          size="xs"
          variant="default"
          loading={revoke.isPending}
          onClick={() =>
            openConfirmDialog({
              title: t.settings.askRevoke,
              text: t.settings.askRevokeText,
              confirmLabel: t.settings.revokeAll,
              onConfirm: () => revoke.mutate(),
            })
          }
        >
          {t.settings.revokeTokens}
        </Button>
      </Group>
    </Alert>
  );
}
