import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { Problem } from "@/api/problem";
import { RangeFields } from "@/features/calendars/RangeFields";
import { OFFICE, type WeekdayHours } from "@/features/calendars/draft";
import { daysInWords } from "@/features/calendars/week";
import { words } from "@/i18n/calendars";
import classes from "./calendars.module.css";

interface Props {
  hours: readonly WeekdayHours[];
  change: (hours: WeekdayHours[]) => void;
  problem: Problem | null;
}

/** Weekly hours; a weekday may be in several lines, for a break between. */
export function HoursEditor({ hours, change, problem }: Props) {
  const replace = (at: number, next: WeekdayHours) => change(hours.map((one, index) => (index === at ? next : one)));
  return (
    <Stack gap="xs">
      {hours.map((one, index) => (
        <div key={index} className={classes.line} role="group" aria-label={daysInWords(one.days)}>
          <Days value={one.days} onChange={(days) => replace(index, { ...one, days })} />
          <RangeFields
            range={one}
            change={(range) => replace(index, { ...one, ...range })}
            remove={() => change(hours.filter((_, other) => other !== index))}
            removeLabel={words.removeHours(daysInWords(one.days))}
          />
          <Mistake text={problem?.messageFor(`hours.${index}`)} />
        </div>
      ))}
      {hours.length === 0 && <Text size="sm">{words.noHours}</Text>}
      <Mistake text={problem?.errors.find(({ field }) => field === "hours")?.message} />
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} />}
        style={{ alignSelf: "flex-start" }}
        onClick={() => change([...hours, { days: [], ...OFFICE }])}
      >
        {words.addHours}
      </Button>
    </Stack>
  );
}

export function Mistake({ text }: { text: string | undefined }) {
  if (!text) return null;
  return (
    <Text size="sm" c="var(--mantine-color-error)" role="alert">
      {text}
    </Text>
  );
}

function Days({ value, onChange }: { value: readonly number[]; onChange: (days: number[]) => void }) {
  return (
    <Checkbox.Group
      aria-label={words.hoursOf}
      value={value.map(String)}
      onChange={(days) => onChange(days.map(Number).sort((a, b) => a - b))}
    >
      <Group gap="sm">
        {words.shortDays.map((name, index) => (
          <Checkbox key={name} size="xs" value={String(index + 1)} label={name} aria-label={words.days[index]} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}
