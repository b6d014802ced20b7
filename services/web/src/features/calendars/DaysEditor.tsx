import { Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { Problem } from "@/api/problem";
import { DayField } from "@/components/DayField";
import { IconButton } from "@/components/IconButton";
import { OFFICE, type OwnDay } from "@/features/calendars/draft";
import { Mistake } from "@/features/calendars/HoursEditor";
import { RangeFields } from "@/features/calendars/RangeFields";
import { words } from "@/i18n/calendars";
import classes from "./calendars.module.css";

const KINDS = [
  { value: "closed", label: words.kinds.closed },
  { value: "hours", label: words.kinds.hours },
];

interface Props {
  days: readonly OwnDay[];
  change: (days: OwnDay[]) => void;
  problem: Problem | null;
}

/** Closed days, and days with hours of their own. */
export function DaysEditor({ days, change, problem }: Props) {
  const replace = (at: number, next: Partial<OwnDay>) =>
    change(days.map((day, index) => (index === at ? { ...day, ...next } : day)));
  return (
    <Stack gap="xs">
      {days.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.noDays}
        </Text>
      )}
      {days.map((day, index) => (
        <div key={index} className={classes.line} role="group" aria-label={day.name || day.date}>
          <DayField
            size="xs"
            required
            aria-label={words.date}
            value={day.date}
            onChange={(date) => replace(index, { date: date ?? "" })}
          />
          <TextInput
            size="xs"
            maxLength={200}
            aria-label={words.dayName}
            placeholder={words.dayName}
            value={day.name}
            onChange={(event) => replace(index, { name: event.currentTarget.value })}
          />
          <Select
            size="xs"
            w={130}
            aria-label={words.kind}
            data={KINDS}
            value={day.closed ? "closed" : "hours"}
            onChange={(kind) => replace(index, kind === "closed" ? { closed: true, hours: [] } : { closed: false, hours: [OFFICE] })}
            allowDeselect={false}
          />
          {day.hours.map((range, at) => (
            <RangeFields
              key={at}
              range={range}
              change={(next) => replace(index, { hours: day.hours.map((one, other) => (other === at ? next : one)) })}
            />
          ))}
          <IconButton
            aria-label={words.removeDay(day.name || day.date)}
            onClick={() => change(days.filter((_, other) => other !== index))}
          >
            <IconX size={16} />
          </IconButton>
          <Mistake text={problem?.messageFor(`days.${index}`)} />
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} />}
        style={{ alignSelf: "flex-start" }}
        onClick={() => change([...days, { date: "", name: "", closed: true, hours: [] }])}
      >
        {words.addDay}
      </Button>
    </Stack>
  );
}
