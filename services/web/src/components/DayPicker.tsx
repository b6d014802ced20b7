import "@mantine/dates/styles.css";
import { DatePicker } from "@mantine/dates";
import { t } from "@/i18n";
import { FIRST_DAYS, usePreferences } from "@/time/preferences";
import "@/time/dayjsUtc";
import classes from "./DayPicker.module.css";

interface Props {
  /** Such as "2026-12-08"; null: none yet. */
  value: string | null;
  onChange: (day: string | null) => void;
  /** The day that it is for the person. */
  today: string;
}

/** A month of days to choose from, in the person's order of days of the week. */
export function DayPicker({ value, onChange, today }: Props) {
  const { week_start } = usePreferences();
  return (
    <DatePicker
      value={value}
      onChange={onChange}
      defaultDate={value ?? today}
      firstDayOfWeek={FIRST_DAYS[week_start]}
      maxLevel="year" // its list of years goes by the browser's zone
      getDayProps={(each) => (each === today ? { "aria-current": "date" } : {})} // its own today is the browser's
      hideOutsideDates
      classNames={{ day: classes.day }}
      ariaLabels={{ nextMonth: t.due.nextMonth, previousMonth: t.due.previousMonth }}
    />
  );
}
