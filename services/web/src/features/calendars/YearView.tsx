import { ActionIcon, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import type { Calendar } from "@/api/types";
import type { CalendarDraft } from "@/features/calendars/draft";
import { weekdayOf, yearOf, type YearDay } from "@/features/calendars/year";
import { words } from "@/i18n/calendars";
import { now } from "@/time/clock";
import classes from "./YearView.module.css";

const KINDS = ["open", "weekend", "holiday", "own"] as const;

interface Props {
  draft: CalendarDraft;
  /** Null: not saved yet. */
  saved: Calendar | null;
}

/** A year of the calendar, as it is typed: which days are closed, and which have hours of their own. */
export function YearView({ draft, saved }: Props) {
  const [year, setYear] = useState(() => new Date(now()).getUTCFullYear());
  const holidays = draft.country === saved?.holidays?.country ? saved.holidays.days : [];
  const months = yearOf(year, draft, holidays, saved?.imported_days ?? []);
  return (
    <>
      <Group gap="xs" mb="xs">
        <ActionIcon variant="default" aria-label={words.previousYear} onClick={() => setYear(year - 1)}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <Text fw={600} aria-live="polite">
          {year}
        </Text>
        <ActionIcon variant="default" aria-label={words.nextYear} onClick={() => setYear(year + 1)}>
          <IconChevronRight size={16} />
        </ActionIcon>
      </Group>
      <div className={classes.legend} aria-hidden>
        {KINDS.map((kind) => (
          <span key={kind}>
            <i className={classes.day} data-kind={kind} /> {words.legend[kind]}
          </span>
        ))}
      </div>
      <div className={classes.year}>
        {months.map((days, month) => (
          <Month key={month} name={words.months[month] ?? ""} days={days} />
        ))}
      </div>
      <Text size="sm" c="dimmed" mt="sm">
        {words.yearText}
      </Text>
    </>
  );
}

function Month({ name, days }: { name: string; days: readonly YearDay[] }) {
  const said = days.filter(({ kind }) => kind === "holiday" || kind === "own").map(describe);
  return (
    <div role="img" aria-label={said.length ? words.dayTitle(name, words.lines(said)) : name}>
      <div className={classes.month}>{name}</div>
      <div className={classes.days}>
        {days.map((day, index) => (
          <span
            key={day.date}
            className={classes.day}
            data-kind={day.kind}
            title={day.name ? describe(day) : undefined}
            style={index === 0 ? { gridColumnStart: weekdayOf(day.date) } : undefined}
          >
            {index + 1}
          </span>
        ))}
      </div>
    </div>
  );
}

function describe({ date, kind, name }: YearDay): string {
  return words.dayTitle(date, name || words.legend[kind]);
}
