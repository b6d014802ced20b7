import { Alert, Button, CopyButton, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api } from "@/api/client";
import { keys } from "@/api/keys";
import { explain } from "@/api/problem";
import type { CreatedToken } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { now } from "@/time/clock";

const DAY_MS = 86_400_000;
const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "", label: "Never" },
];

/** Makes a token, and shows it this once. */
export function TokenForm({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const create = useMutation({
    mutationFn: () =>
      api.post<CreatedToken>("/tokens", {
        name: name.trim(),
        expires_at: days ? new Date(now() + Number(days) * DAY_MS).toISOString() : null,
      }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.tokens }),
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <Dialog onClose={close} title={create.data ? "Copy it now" : "New API token"} closeOnClickOutside={!create.data}>
      {create.data ? (
        <Made token={create.data.token} close={close} />
      ) : (
        <form onSubmit={submit}>
          <Stack>
            {create.error && (
              <Alert color="red" variant="light" role="alert">
                {explain(create.error)}
              </Alert>
            )}
            <TextInput
              label="What it is for"
              placeholder="Nightly import"
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <Select label="Works for" data={LIFETIMES} value={days} onChange={(next) => setDays(next ?? "")} allowDeselect={false} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending}>
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
