import "@mantine/dates/styles.css";
import { Button, Group } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import { useId } from "react";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { presets } from "@/time/presets";
import { supportedZone } from "@/time/supportedZone";
import "@/time/dayjsUtc";
import { fromWallTime, wallTime } from "@/time/zone";
import classes from "./DueField.module.css";

interface Props {
  /** A moment in UTC. */
  value: string | null;
  onChange: (value: string | null) => void;
  zone: string;
  error?: string | undefined;
}

/** Picks a moment on the wall clock of the person's zone, whatever zone the browser is in. */
export function DueField({ value, onChange, zone, error }: Props) {
  const id = useId();
  const today = wallTime(now(), zone).slice(0, 10);
  return (
    <div>
      <DateTimePicker
        label={t.due.label}
        description={t.due.inZone(supportedZone(zone))}
        placeholder={t.due.placeholder}
        leftSection={<IconCalendar size={16} />}
        valueFormat="ddd, D MMM YYYY, HH:mm"
        value={value && wallTime(value, zone)}
        onChange={(wall) => onChange(wall && fromWallTime(wall, zone))}
        timePickerProps={{ format: "24h", hoursInputLabel: t.due.hours, minutesInputLabel: t.due.minutes }}
        submitButtonProps={{ "aria-label": t.due.take }}
        firstDayOfWeek={1}
        defaultDate={today}
        maxLevel="year" // its list of years goes by the browser's zone
        getDayProps={(day) => (day === today ? { "aria-current": "date" } : {})} // its own today is the browser's
        hideOutsideDates
        classNames={{ day: classes.day }}
        error={error}
        ariaLabels={{ nextMonth: t.due.nextMonth, previousMonth: t.due.previousMonth }}
        id={id}
        popoverProps={{ id, withinPortal: true }} // its dialog takes its name from the field of that id
      />
      <Group gap={6} mt={8}>
        {presets(zone, now()).map(({ label, at }) => (
          <Button
            key={label}
            size="compact-xs"
            variant="light"
            color="gray"
            c="var(--muted)"
            onClick={() => onChange(at)}
          >
            {label}
          </Button>
        ))}
      </Group>
    </div>
  );
}
