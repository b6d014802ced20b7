import { Button, Checkbox, CopyButton, Group, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, dataOf, idempotencyKey } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { NewToken } from "@/api/limits";
import { messageFor } from "@/api/problem";
import { useSubmission } from "@/api/submission";
import type { Scope } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { useMay } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";

const DAY_MS = 86_400_000;
const LIFETIMES = [
  { value: "30", label: t.tokens.lifetimes.month },
  { value: "90", label: t.tokens.lifetimes.quarter },
  { value: "365", label: t.tokens.lifetimes.year },
  { value: "", label: t.tokens.lifetimes.longest },
];
const LIFETIME = "90";
const USUAL: readonly Scope[] = ["read", "write"];
const SCOPES: readonly { value: Scope; adminsOnly?: boolean }[] = [
  { value: "read" },
  { value: "write" },
  { value: "ops", adminsOnly: true },
  { value: "admin", adminsOnly: true },
];

/** Makes a token, and shows it this once. */
export function TokenForm({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const form = useForm({ initialValues: { name: "", days: LIFETIME, scopes: [...USUAL] } });
  const { name, days, scopes } = form.values;
  const admin = useMay("users:write");
  const [opened] = useState(now); // a second try of the same is to say the very same
  const submission = useSubmission();
  const create = useMutation({
    mutationFn: () => {
      const expires = days ? new Date(opened + Number(days) * DAY_MS).toISOString() : null;
      const body = { name: name.trim(), expires_at: expires, scopes };
      return dataOf(api.POST("/tokens", { body, params: { header: idempotencyKey(submission.keyOf(body)) } }));
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.tokens }),
  });

  const changed = name.trim() !== "" || days !== LIFETIME || scopes.join() !== USUAL.join();
  const leave = useUnsavedChanges(changed && !create.data, close);

  return (
    <Dialog onClose={leave} title={create.data ? t.tokens.copyNow : t.tokens.new} closeOnClickOutside={!create.data}>
      {create.data ? (
        <CreatedToken token={create.data.token} close={close} />
      ) : (
        <form onSubmit={form.onSubmit(() => create.mutate())}>
          <Stack>
            <FormProblem error={create.error} fields={["name"]} />
            <TextInput
              label={t.tokens.purpose}
              placeholder={t.tokens.purposeExample}
              maxLength={NewToken.name}
              required
              {...form.getInputProps("name")}
              error={messageFor(create.error, "name")}
              data-autofocus
            />
            <Select label={t.tokens.lifetime} data={LIFETIMES} {...form.getInputProps("days")} allowDeselect={false} />
            <Checkbox.Group
              label={t.tokens.may}
              description={t.tokens.mayHelp}
              {...form.getInputProps("scopes")}
            >
              <Stack gap="xs" mt="xs">
                {SCOPES.filter(({ adminsOnly }) => admin || !adminsOnly).map(({ value }) => (
                  <Checkbox key={value} value={value} {...t.tokens.scopes[value]} />
                ))}
              </Stack>
            </Checkbox.Group>
            <Group justify="flex-end">
              <Button variant="default" onClick={leave}>
                {t.common.cancel}
              </Button>
              <Button type="submit" loading={create.isPending} disabled={scopes.length === 0}>
                {t.tokens.create}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

function CreatedToken({ token, close }: { token: string; close: () => void }) {
  return (
    <Stack>
      <TextInput
        label={t.tokens.token}
        description={t.tokens.tokenHelp}
        value={token}
        readOnly
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Group justify="flex-end">
        <CopyButton value={token}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t.tokens.copied : t.tokens.copy}
            </Button>
          )}
        </CopyButton>
        <Button onClick={close}>{t.tokens.done}</Button>
      </Group>
    </Stack>
  );
}
