import { Button, CopyButton, Group, Stack, TextInput } from "@mantine/core";
import { Dialog } from "@/components/Dialog";
import { words } from "@/i18n/webhooks";

/** Shows a secret, this once. */
export function Secret({ secret, close }: { secret: string; close: () => void }) {
  return (
    <Dialog onClose={close} title={words.copyNow} closeOnClickOutside={false}>
      <Stack>
        <TextInput
          label={words.secret}
          description={words.secretHelp}
          value={secret}
          readOnly
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          onFocus={(event) => event.currentTarget.select()}
          data-autofocus
        />
        <Group justify="flex-end">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? words.copied : words.copy}
              </Button>
            )}
          </CopyButton>
          <Button onClick={close}>{words.done}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
