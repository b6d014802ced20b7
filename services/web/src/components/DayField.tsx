import { Text, TextInput, type TextInputProps } from "@mantine/core";
import { useState } from "react";
import { useMe } from "@/api/session";
import { isolate } from "@/components/bidi";
import { CalendarPopover } from "@/components/CalendarPopover";
import { DayPicker } from "@/components/DayPicker";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { inZone } from "@/time/format";
import { dayFirst } from "@/time/preferences";
import { dayWrittenOut, readDay, type TypedDay } from "@/time/typed";
import { wallTime } from "@/time/zone";

interface Props extends Pick<TextInputProps, "label" | "description" | "size" | "required" | "withAsterisk" | "aria-label" | "leftSection" | "leftSectionWidth"> {
  /** Such as "2026-12-08"; empty: none. */
  value: string;
  /** Called with null while what is typed means no day, and with an empty text where there is none. */
  onChange: (day: string | null) => void;
  /** In which it is what day; the person's own, if it is not given. */
  zone?: string;
  /** It is about what was: a day without a year is the last one, not the next. */
  past?: boolean;
  /** Within something that closes at a click beside it. */
  within?: boolean;
  error?: string | undefined;
}

/** A day as one types it, in one's own order of day and month, or chooses it from a calendar. */
export function DayField({ value, onChange, zone, past = false, within = false, error, ...rest }: Props) {
  const own = useMe().time_zone;
  const shown = value === "" ? "" : dayWrittenOut(value);
  const [text, setText] = useState(shown);
  const [told, setTold] = useState(value);
  const [typing, setTyping] = useState(false);
  const read = (words: string) => readDay(words, { zone: zone ?? own, now: now(), dayFirst: dayFirst(), past });
  const reading = read(text);
  if (value !== told) {
    setTold(value);
    if (!typing) setText(shown); // changed from elsewhere
  }

  function type(next: string) {
    setTyping(true);
    setText(next);
    const meant = read(next);
    onChange(meant.kind === "day" ? meant.day : meant.kind === "empty" ? "" : null);
  }

  function leave() {
    setTyping(false);
    if (reading.kind === "day") setText(dayWrittenOut(reading.day));
  }

  const wrong = wrongIn(reading);
  const says = typing && reading.kind === "day" ? dayWrittenOut(reading.day) : typing && !error ? wrong : null;
  return (
    <div>
      <TextInput
        {...rest}
        placeholder={t.due.day.placeholder}
        inputWrapperOrder={["label", "input", "description", "error"]}
        value={text}
        onChange={({ currentTarget }) => type(currentTarget.value)}
        onFocus={({ currentTarget }) => currentTarget.select()}
        onBlur={leave}
        error={(!typing || error ? wrong : null) ?? error}
        rightSection={
          <DayCalendar
            within={within}
            value={reading.kind === "day" ? reading.day : null}
            today={wallTime(now(), zone ?? own).slice(0, 10)}
            take={(day) => {
              setText(dayWrittenOut(day));
              onChange(day);
            }}
          />
        }
        autoComplete="off"
      />
      {says && (
        <Text size="sm" c="dimmed" mt={4} role="status">
          {says}
        </Text>
      )}
    </div>
  );
}

/** A day as one types it here. */
const exampleDay = () => (dayFirst() ? t.due.day.example.dayFirst : t.due.day.example.monthFirst);

function wrongIn(reading: TypedDay): string | null {
  switch (reading.kind) {
    case "unknown":
      return t.due.day.unknown(isolate(reading.part), exampleDay());
    case "noSuchDay":
      return t.due.noSuchDay;
    case "otherWeekday":
      return t.due.otherWeekday(inZone(`${reading.day}T12:00:00Z`, "UTC", "weekday"));
    default:
      return null;
  }
}

interface CalendarProps {
  within: boolean;
  value: string | null;
  today: string;
  take: (day: string) => void;
}

function DayCalendar({ within, value, today, take }: CalendarProps) {
  return (
    <CalendarPopover within={within}>
      {(close) => (
        <DayPicker
          value={value}
          today={today}
          onChange={(day) => {
            close();
            if (day) take(day);
          }}
        />
      )}
    </CalendarPopover>
  );
}
