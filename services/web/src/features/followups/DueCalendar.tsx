import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { CalendarPopover } from "@/components/CalendarPopover";
import { DayPicker } from "@/components/DayPicker";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { onDay } from "@/time/typed";
import { wallTime } from "@/time/zone";
import classes from "./DueField.module.css";

interface Props {
  value: string | null;
  onChange: (value: string) => void;
  zone: string;
}

const MORNING = "09:00";

/** A day from a calendar, and a time: for those who would rather choose than type. */
export function DueCalendar({ value, onChange, zone }: Props) {
  return (
    <CalendarPopover className={classes.picker}>
      {(close) => (
        <Picker
          value={value}
          zone={zone}
          onChange={(at) => {
            close();
            onChange(at);
          }}
        />
      )}
    </CalendarPopover>
  );
}

function Picker({ value, onChange, zone }: Props) {
  const today = wallTime(now(), zone).slice(0, 10);
  const wall = value === null ? null : wallTime(value, zone);
  const [day, setDay] = useState(wall?.slice(0, 10) ?? today);
  const [time, setTime] = useState(wall?.slice(11, 16) ?? MORNING);
  return (
    <>
      <DayPicker value={day} onChange={(next) => setDay(next ?? day)} today={today} />
      <TextInput type="time" label={t.due.time} value={time} onChange={({ currentTarget }) => setTime(currentTarget.value)} />
      <Button type="button" size="xs" disabled={time === ""} onClick={() => onChange(onDay(day, time, zone))}>
        {t.due.take}
      </Button>
    </>
  );
}
