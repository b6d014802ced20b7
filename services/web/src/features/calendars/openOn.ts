import type { Calendar } from "@/api/types";
import type { DayHours } from "@/features/calendars/draft";
import { segmentsOf, type Segment } from "@/features/calendars/week";
import { weekdayOf } from "@/features/calendars/year";

export type { Segment };

type Days = Pick<Calendar, "hours" | "days" | "imported_days" | "holidays">;

const DAY = 86_400_000;

/**
 * What is open of a day, for a picture of it: its own hours, and the end of a night that began the day before. A closed
 * day ends such a night at midnight, and a day that merely has no hours does not, as the engine counts it.
 *
 * @param date as "2026-12-24"
 */
export function openOn(calendar: Days, date: string): Segment[] {
  const day = weekdayOf(date);
  const before = new Date(Date.parse(`${date}T00:00:00Z`) - DAY).toISOString().slice(0, 10);
  const night = isClosed(calendar, date) ? [] : beginningOn(calendar, before).filter((part) => part.day === day);
  const own = beginningOn(calendar, date).filter((part) => part.day === day);
  return [...night, ...own].sort((a, b) => a.from - b.from);
}

/** The parts of the ranges that begin on a day, those of the day after it too. */
function beginningOn(calendar: Days, date: string): Segment[] {
  return segmentsOf(rangesOf(calendar, date).map(({ opens, closes }) => ({ opens, closes, days: [weekdayOf(date)] })));
}

function rangesOf(calendar: Days, date: string): readonly DayHours[] {
  const own = calendar.days.find((special) => special.date === date);
  if (own) return own.hours;
  if (isClosed(calendar, date)) return [];
  return calendar.hours.filter(({ days }) => days.includes(weekdayOf(date)));
}

/** Whether a day is closed by itself: own days count before days of a file and holidays. */
function isClosed({ days, holidays, imported_days: imported }: Days, date: string): boolean {
  const own = days.find((special) => special.date === date);
  if (own) return own.hours.length === 0;
  const holiday = holidays?.days.some((one) => one.date === date && !one.removed) ?? false;
  return holiday || imported.some((one) => one.date === date);
}
