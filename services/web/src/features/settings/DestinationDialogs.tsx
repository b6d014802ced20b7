import { Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { NewDestination as Limits } from "@/api/limits";
import { messageFor } from "@/api/problem";
import type { Destination, OwnChannel } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { useAdd, useAnother, useVerify } from "@/features/settings/destinations";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/destinations";

interface Values {
  channel: OwnChannel;
  address: string;
  /** Of a URL: whether nobody else reads what is posted there. */
  isPrivate: boolean;
}

/** Their addresses are URLs. */
const BY_URL: readonly OwnChannel[] = ["slack_webhook", "teams", "apprise"];

interface AddProps {
  /** From which one chooses. */
  channels: readonly OwnChannel[];
  /** Called with the id of what was added. */
  added: (id: number) => void;
  close: () => void;
}

/** Adds an address, to which a code is sent. */
export function AddDialog({ channels, added, close }: AddProps) {
  const form = useForm<Values>({ initialValues: { channel: channels[0] ?? "email", address: "", isPrivate: false } });
  const add = useAdd();
  const leave = useUnsavedChanges(form.isDirty() && !add.isSuccess, close);
  const isUrl = BY_URL.includes(form.values.channel);
  const submit = ({ channel, address, isPrivate }: Values) =>
    add.mutate({ channel, address: address.trim(), private: isUrl && isPrivate }, { onSuccess: ({ id }) => added(id) });
  return (
    <Dialog onClose={leave} title={words.addTitle}>
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <FormProblem error={add.error} fields={["address"]} />
          {channels.length > 1 && (
            <Select
              label={words.channel}
              data={channels.map((value) => ({ value, label: words.channels[value] }))}
              allowDeselect={false}
              {...form.getInputProps("channel")}
            />
          )}
          <TextInput
            label={words.addresses[form.values.channel]}
            description={words.addressHelp}
            inputMode={isUrl ? "url" : "email"}
            autoComplete={isUrl ? "off" : "email"}
            maxLength={Limits.address}
            required
            {...form.getInputProps("address")}
            error={messageFor(add.error, "address")}
            data-autofocus
          />
          {isUrl && (
            <Checkbox
              label={words.isPrivate}
              description={words.isPrivateHelp}
              {...form.getInputProps("isPrivate", { type: "checkbox" })}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={add.isPending}>
              {words.addIt}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Takes the code that was sent to an address; it closes by itself once the address is verified. */
export function VerifyDialog({ destination: { id, address }, close }: { destination: Destination; close: () => void }) {
  const form = useForm({ initialValues: { code: "" } });
  const verify = useVerify(id);
  const another = useAnother(id);
  return (
    <Dialog onClose={close} title={words.verifyTitle}>
      <form onSubmit={form.onSubmit(({ code }) => verify.mutate(code))}>
        <Stack>
          <FormProblem error={verify.error} fields={["code"]} />
          <TextInput
            label={words.codeLabel}
            description={words.codeHelp(address)}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            {...form.getInputProps("code")}
            error={messageFor(verify.error, "code")}
            data-autofocus
          />
          <Group justify="space-between">
            <Button variant="default" loading={another.isPending} onClick={() => another.mutate()}>
              {words.another}
            </Button>
            <Group gap="xs">
              <Button variant="default" onClick={close}>
                {words.later}
              </Button>
              <Button type="submit" loading={verify.isPending}>
                {words.verifyIt}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
