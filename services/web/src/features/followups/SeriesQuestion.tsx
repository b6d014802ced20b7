import { Button, Stack, Text } from "@mantine/core";
import { Dialog } from "@/components/Dialog";
import { words } from "@/i18n/series";

export type Extent = "one" | "following" | "all";

interface Props {
  busy: boolean;
  decide: (extent: Extent) => void;
  back: () => void;
}

const EXTENTS: readonly Extent[] = ["one", "following", "all"];

/** One of a series was changed: asks whether the others change too. */
export default function SeriesQuestion({ busy, decide, back }: Props) {
  return (
    <Dialog onClose={back} title={words.askTitle}>
      <Stack>
        <Text size="sm">{words.askText}</Text>
        {EXTENTS.map((extent, index) => (
          <Button
            key={extent}
            variant={index === 0 ? "filled" : "default"}
            loading={busy}
            onClick={() => decide(extent)}
            data-autofocus={index === 0 || undefined}
          >
            {words[extent]}
          </Button>
        ))}
        <Button variant="subtle" onClick={back}>
          {words.back}
        </Button>
      </Stack>
    </Dialog>
  );
}
