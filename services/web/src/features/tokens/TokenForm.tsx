import { Button, Checkbox, CopyButton, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api, dataOf, idempotencyKey } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { NewToken } from "@/api/limits";
import { useSubmission } from "@/api/submission";
import type { Scope } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { useMay } from "@/api/session";
import { now } from "@/time/clock";

const DAY_MS = 86_400_000;
const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "", label: "As long as is allowed" },
];
const LIFETIME = "90";
const USUAL: readonly Scope[] = ["read", "write"];
const SCOPES: readonly { value: Scope; label: string; description: string; adminsOnly?: boolean }[] = [
  { value: "read", label: "Read", description: "See what you see" },
  { value: "write", label: "Write", description: "Change follow-ups, leads and clients as you can" },
  { value: "ops", label: "Operations", description: "Sweeps, queues, dead letters, audit log", adminsOnly: true },
  { value: "admin", label: "People", description: "Add, change and import people, with their roles", adminsOnly: true },
];

/** Makes a token, and shows it this once. */
export function TokenForm({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState(LIFETIME);
  const [scopes, setScopes] = useState<Scope[]>([...USUAL]);
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

  function submit(event: SubmitEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <Dialog onClose={leave} title={create.data ? "Copy it now" : "New API token"} closeOnClickOutside={!create.data}>
      {create.data ? (
        <Made token={create.data.token} close={close} />
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <FormProblem error={create.error} />
            <TextInput
              label="What it is for"
              placeholder="Nightly import"
              maxLength={NewToken.name}
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <Select label="Works for" data={LIFETIMES} value={days} onChange={(next) => setDays(next ?? "")} allowDeselect={false} />
            <Checkbox.Group
              label="What it may do"
              description="Never more than you may yourself at that moment."
              value={scopes}
              onChange={setScopes}
            >
              <Stack gap="xs" mt="xs">
                {SCOPES.filter(({ adminsOnly }) => admin || !adminsOnly).map(({ value, label, description }) => (
                  <Checkbox key={value} value={value} label={label} description={description} />
                ))}
              </Stack>
            </Checkbox.Group>
            <Group justify="flex-end">
              <Button variant="default" onClick={leave}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending} disabled={scopes.length === 0}>
                Create token
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

function Made({ token, close }: { token: string; close: () => void }) {
  return (
    <Stack>
      <TextInput
        label="Token"
        description="It is not shown again: keep it where secrets belong."
        value={token}
        readOnly
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Group justify="flex-end">
        <CopyButton value={token}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={close}>Done</Button>
      </Group>
    </Stack>
  );
}
