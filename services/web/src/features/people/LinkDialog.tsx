import { Button, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";
import type { PasswordLink } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { Message } from "@/components/Message";
import { RelativeTime } from "@/components/RelativeTime";
import { t } from "@/i18n";
import { words } from "@/i18n/accounts";

/** Shows a link, this once, to be handed over. */
export function LinkDialog({ made, close }: { made: PasswordLink; close: () => void }) {
  return (
    <Dialog onClose={close} title={words.access.linkFor(isolate(made.name))} closeOnClickOutside={false}>
      <Stack>
        <Text size="sm">
          <Message
            text={words.access.linkText}
            parts={{ name: isolate(made.name), end: <RelativeTime at={made.expires_at} as="onCalendar" /> }}
          />
        </Text>
        <TextInput
          label={words.access.link}
          description={words.access.linkHelp}
          value={made.link}
          readOnly
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          onFocus={(event) => event.currentTarget.select()}
          data-autofocus
        />
        <Group justify="flex-end">
          <CopyButton value={made.link}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t.tokens.copied : t.tokens.copy}
              </Button>
            )}
          </CopyButton>
          <Button onClick={close}>{t.tokens.done}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
