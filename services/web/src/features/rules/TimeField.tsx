import { TextInput } from "@mantine/core";
import { words } from "@/i18n/rules";
import { TIME } from "@/time/timeOfDay";

interface Props {
  label: string;
  /** For those who hear it, where the label alone does not say of what. */
  name?: string | undefined;
  value: string;
  change: (value: string) => void;
}

/** As text: a browser's own field for times takes its language's, and the page has 24 hours everywhere. */
export function TimeField({ label, name, value, change }: Props) {
  return (
    <TextInput
      w={90}
      required
      withAsterisk={false}
      maxLength={5}
      pattern={TIME.source}
      title={words.timeHelp}
      label={label}
      aria-label={name}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
