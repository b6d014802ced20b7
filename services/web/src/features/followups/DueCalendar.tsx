import { ActionIcon, Button, FocusTrap, Popover, TextInput } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useState } from "react";
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
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" withinPortal returnFocus shadow="md">
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t.due.calendar} onClick={() => setOpened(!opened)}>
          <IconCalendar size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.due.calendar}>
        <Picker
          value={value}
          zone={zone}
          onChange={(at) => {
            setOpened(false);
            onChange(at);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function Picker({ value, onChange, zone }: Props) {
  const today = wallTime(now(), zone).slice(0, 10);
  const wall = value === null ? null : wallTime(value, zone);
  const [day, setDay] = useState(wall?.slice(0, 10) ?? today);
  const [time, setTime] = useState(wall?.slice(11, 16) ?? MORNING);
  return (
    <FocusTrap active>
      <div className={classes.picker}>
        <DayPicker value={day} onChange={(next) => setDay(next ?? day)} today={today} />
        <TextInput type="time" label={t.due.time} value={time} onChange={({ currentTarget }) => setTime(currentTarget.value)} />
        <Button type="button" size="xs" disabled={time === ""} onClick={() => onChange(onDay(day, time, zone))}>
          {t.due.take}
        </Button>
      </div>
    </FocusTrap>
  );
}
