import { Radio, Stack } from "@mantine/core";
import { OPEN_WORK, type OpenWork } from "@/features/imports/imports";
import { words } from "@/i18n/imports";

interface Props {
  people: number;
  value: OpenWork | "";
  choose: (value: OpenWork) => void;
}

/** Asks what becomes of the open work of those whom a file deactivates. */
export function OpenWorkChoice({ people, value, choose }: Props) {
  return (
    <Radio.Group
      label={words.imports.openWork(people)}
      value={value}
      onChange={(chosen) => choose(OPEN_WORK.find((known) => known === chosen) ?? "stays")}
    >
      <Stack gap="xs" mt="xs">
        {OPEN_WORK.map((choice) => (
          <Radio key={choice} value={choice} label={words.imports.openWorkChoices[choice]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
