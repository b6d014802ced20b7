import { Select, Stack } from "@mantine/core";
import type { Day, DayMode } from "@/api/types";
import { DigestFields } from "@/features/rules/DigestFields";
import { AS_COMPANY, type OwnDay } from "@/features/rules/modes";
import { words } from "@/i18n/rules";

const OPTIONS = (["daily", "never"] as const).map((value) => ({ value, label: words.dayModes[value] }));

interface Props {
  value: OwnDay;
  change: (value: OwnDay) => void;
  /** What holds for those who have not chosen; none where that itself is chosen. */
  company?: Day;
  locked?: boolean;
}

/** Whether a mail comes each working day with what it brings, and when. */
export function YourDay({ value, change, company, locked = false }: Props) {
  return (
    <Stack gap="xs" flex={company ? "none" : "1 1 220px"}>
      <Select
        label={words.day}
        description={locked ? words.locked : words.dayText}
        data={company ? [{ value: AS_COMPANY, label: words.asCompany(inWords(company)) }, ...OPTIONS] : OPTIONS}
        allowDeselect={false}
        disabled={locked}
        value={value.mode}
        onChange={(mode) => mode && change({ ...value, mode: mode })}
      />
      <DigestFields
        of={words.day}
        mode={modeOf(value)}
        value={{ at: value.at, weekday: 1 }}
        change={({ at }) => change({ ...value, at })}
      />
    </Stack>
  );
}

function modeOf({ mode }: OwnDay): DayMode | undefined {
  return mode === AS_COMPANY ? undefined : mode;
}

function inWords({ mode, at }: Day): string {
  return at ? `${words.dayModes[mode]}, ${at}` : words.dayModes[mode];
}
