import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { NewWebhook as Limits } from "@/api/limits";
import { messageFor } from "@/api/problem";
import type { EventType, Webhook } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { Secret } from "@/features/webhooks/Secret";
import { useCreate, useEdit } from "@/features/webhooks/mutations";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/webhooks";

const TYPES: readonly EventType[] = [
  "follow_up.created",
  "follow_up.changed",
  "follow_up.completed",
  "follow_up.reopened",
  "follow_up.held",
  "follow_up.deleted",
  "follow_up.restored",
  "escalation.announced",
];
const USUAL: readonly EventType[] = ["follow_up.completed", "escalation.announced"];

interface Values {
  url: string;
  event_types: EventType[];
}

/** Makes a webhook, and shows its secret this once. */
export function WebhookForm({ close }: { close: () => void }) {
  const create = useCreate();
  return (
    <FormDialog
      title={words.new}
      submit={words.create}
      values={{ url: "", event_types: [...USUAL] }}
      mutation={create}
      secret={create.data?.secret}
      close={close}
    />
  );
}

/** Changes where a webhook leads, and what it hears. */
export function WebhookEditForm({ webhook: { id, url, event_types: types }, close }: { webhook: Webhook; close: () => void }) {
  const edit = useEdit(id);
  return (
    <FormDialog title={words.edit} submit={words.save} values={{ url, event_types: types }} mutation={edit} done={close} close={close} />
  );
}

interface Props {
  title: string;
  submit: string;
  values: Values;
  mutation: Pick<ReturnType<typeof useCreate> | ReturnType<typeof useEdit>, "error" | "isPending"> & {
    mutate: (values: Values, options?: { onSuccess: () => void }) => void;
  };
  /** Shown once it is there, in place of the form. */
  secret?: string | undefined;
  done?: () => void;
  close: () => void;
}

function FormDialog({ title, submit, values, mutation, secret, done, close }: Props) {
  const form = useForm({ initialValues: values });
  const leave = useUnsavedChanges(form.isDirty() && secret === undefined, close);
  if (secret !== undefined) return <Secret secret={secret} close={close} />;
  return (
    <Dialog onClose={leave} title={title}>
      <form onSubmit={form.onSubmit((given) => mutation.mutate({ ...given, url: given.url.trim() }, done && { onSuccess: done }))}>
        <Stack>
          <FormProblem error={mutation.error} fields={["url", "event_types"]} />
          <TextInput
            label={words.url}
            description={words.urlHelp}
            placeholder={words.urlExample}
            maxLength={Limits.url}
            required
            {...form.getInputProps("url")}
            error={messageFor(mutation.error, "url")}
            data-autofocus
          />
          <Checkbox.Group label={words.hears} {...form.getInputProps("event_types")} error={messageFor(mutation.error, "event_types")}>
            <Stack gap="xs" mt="xs">
              {TYPES.map((type) => (
                <Checkbox key={type} value={type} label={words.types[type]} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={mutation.isPending} disabled={form.values.event_types.length === 0}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
