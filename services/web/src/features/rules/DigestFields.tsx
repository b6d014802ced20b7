import { Group, Select } from "@mantine/core";
import type { RuleMode } from "@/api/types";
import { TimeField } from "@/features/rules/TimeField";
import type { DigestTime } from "@/features/rules/modes";
import { words } from "@/i18n/rules";

const DAYS = words.days.map((label, index) => ({ value: String(index + 1), label }));

interface Props {
  /** Whose they are, for those who hear the labels. */
  of: string;
  mode: RuleMode | undefined;
  value: DigestTime;
  change: (value: DigestTime) => void;
}

/** When a daily or weekly digest comes; nothing of other modes. */
export function DigestFields({ of, mode, value, change }: Props) {
  if (mode !== "daily" && mode !== "weekly") return null;
  return (
    <Group gap="md" pl="xl">
      {mode === "weekly" && (
        <Select
          label={words.weekday}
          aria-label={words.timeOf(words.weekday, of)}
          data={DAYS}
          allowDeselect={false}
          value={String(value.weekday)}
          onChange={(weekday) => change({ ...value, weekday: Number(weekday) })}
        />
      )}
      <TimeField
        label={words.at}
        name={words.timeOf(words.at, of)}
        value={value.at}
        change={(at) => change({ ...value, at })}
      />
    </Group>
  );
}
