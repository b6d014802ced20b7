import { Button, CopyButton, Group, Stack, TextInput } from "@mantine/core";
import { Dialog } from "@/components/Dialog";
import { words } from "@/i18n/feeds";

/** Shows the address of a feed, this once. */
export function FeedAddress({ url, close }: { url: string; close: () => void }) {
  return (
    <Dialog onClose={close} title={words.copyNow} closeOnClickOutside={false}>
      <Stack>
        <TextInput
          label={words.address}
          description={words.addressHelp}
          value={url}
          readOnly
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          onFocus={(event) => event.currentTarget.select()}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button component="a" href={url.replace(/^https?:/, "webcal:")} variant="default">
            {words.open}
          </Button>
          <CopyButton value={url}>
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
