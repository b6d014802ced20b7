import { Alert, Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { Problem } from "@/api/problem";
import { FormProblem } from "@/components/FormProblem";
import { openConfirmDialog } from "@/components/confirm";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { done, failed } from "@/components/toasts";

const EMPTY = { current: "", next: "", again: "" };

export function PasswordForm() {
  const cache = useQueryClient();
  const [draft, setDraft] = useState(EMPTY);
  const update = (change: Partial<typeof EMPTY>) => setDraft({ ...draft, ...change });
  const change = useMutation({
    mutationFn: () =>
      api.PUT("/me/password", { body: { current_password: draft.current, new_password: draft.next } }),
    onSuccess: () => {
      setDraft(EMPTY);
      void cache.invalidateQueries({ queryKey: queryKeys.sessions });
    },
  });
  useUnsavedChanges(Object.values(draft).some(Boolean), () => undefined);
  const problem = change.error instanceof Problem ? change.error : null;
  const differs = draft.again !== "" && draft.again !== draft.next;
  const named = problem?.messageFor("current_password") ?? problem?.messageFor("new_password");

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (!differs) change.mutate();
  }

  return (
    <form onSubmit={submit} aria-label="Password">
      <Stack>
        {!named && <FormProblem error={change.error} />}
        {change.isSuccess && <Changed />}
        <Field
          label="Current password"
          autoComplete="current-password"
          value={draft.current}
          onValue={(current) => update({ current })}
          error={problem?.messageFor("current_password")}
        />
        <Field
          label="New password"
          description="12 characters or more; four words that have nothing to do with each other are good"
          autoComplete="new-password"
          value={draft.next}
          onValue={(next) => update({ next })}
          error={problem?.messageFor("new_password")}
        />
        <Field
          label="New password again"
          autoComplete="new-password"
          value={draft.again}
          onValue={(again) => update({ again })}
          error={differs ? "This is not the same as above." : undefined}
        />
        <Button type="submit" loading={change.isPending} style={{ alignSelf: "flex-start" }}>
          Change password
        </Button>
      </Stack>
    </form>
  );
}

interface FieldProps {
  label: string;
  description?: string;
  autoComplete: string;
  value: string;
  onValue: (value: string) => void;
  error: string | undefined;
}

function Field({ onValue, error, ...rest }: FieldProps) {
  return (
    <PasswordInput
      {...rest}
      error={error}
      required
      withAsterisk={false}
      onChange={(event) => onValue(event.currentTarget.value)}
      visibilityToggleButtonProps={{ "aria-label": `Show ${rest.label.toLowerCase()}`, tabIndex: 0 }}
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
    onSuccess: () => done("Your API tokens are revoked"),
    onError: (error) => failed("Some API tokens may still work", error),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.tokens }),
  });
  return (
    <Alert color="pine" variant="light" title="Your password is changed" role="status">
      <Text size="sm" c="var(--mantine-color-text)">
        You are logged out everywhere else. Your API tokens go on working: if somebody may have them, revoke them.
      </Text>
      <Group mt="sm">
        <Button
          size="xs"
          variant="default"
          loading={revoke.isPending}
          onClick={() =>
            openConfirmDialog({
              title: "Revoke all your API tokens?",
              text: "Programs that use them are shut out at once.",
              action: "Revoke all",
              go: () => revoke.mutate(),
            })
          }
        >
          Revoke my API tokens
        </Button>
      </Group>
    </Alert>
  );
}
