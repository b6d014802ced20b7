import "@mantine/dates/styles.css";
import { Button, Group } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import { now } from "@/time/clock";
import { fromWallTime, localTimeIn, wallTime } from "@/time/zone";

interface Props {
  /** A moment in UTC. */
  value: string | null;
  onChange: (value: string | null) => void;
  zone: string;
  error?: string | undefined;
}

const SHORTCUTS = [
  { label: "Tomorrow 09:00", days: 1, time: "09:00" },
  { label: "In 3 days", days: 3, time: "09:00" },
  { label: "In a week", days: 7, time: "09:00" },
];

/** Picks a moment on the wall clock of the person's zone, whatever zone the browser is in. */
export function DueField({ value, onChange, zone, error }: Props) {
  return (
    <div>
      <DateTimePicker
        label="Due"
        description={`In ${zone}`}
        placeholder="Day and time"
        leftSection={<IconCalendar size={16} />}
        valueFormat="ddd, D MMM YYYY, HH:mm"
        value={value && wallTime(value, zone)}
        onChange={(wall) => onChange(wall && fromWallTime(wall, zone))}
        timePickerProps={{ format: "24h", hoursInputLabel: "Hours", minutesInputLabel: "Minutes" }}
        submitButtonProps={{ "aria-label": "Take this day and time" }}
        firstDayOfWeek={1}
        highlightToday
        error={error}
        ariaLabels={{ nextMonth: "Next month", previousMonth: "Previous month", monthLevelControl: "Choose the month" }}
        popoverProps={{ withinPortal: true }}
      />
      <Group gap={6} mt={8}>
        {SHORTCUTS.map(({ label, days, time }) => (
          <Button
            key={days}
            size="compact-xs"
            variant="light"
            color="gray"
            c="var(--muted)"
            onClick={() => onChange(localTimeIn(days, time, zone, now()))}
          >
            {label}
          </Button>
        ))}
      </Group>
    </div>
  );
}
