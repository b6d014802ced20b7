import type { CalendarDraft } from "@/features/calendars/draft";
import { segmentsOf } from "@/features/calendars/week";

/** What a day of the year is. */
export interface YearDay {
  /** As "2026-12-24". */
  date: string;
  kind: "open" | "weekend" | "holiday" | "own";
  /** Why, if it is not what its weekday says. */
  name: string;
}

interface Closed {
  date: string;
  name: string;
}

/** From 1, Monday, to 7, Sunday. @param date as "2026-12-24" */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
}

/**
 * All days of a year, a list a month. Own days count before days of a file, those before holidays.
 *
 * @param holidays those on which it is closed
 * @param imported days of a file
 */
export function yearOf(
  year: number,
  draft: Pick<CalendarDraft, "hours" | "days" | "removed">,
  holidays: readonly Closed[],
  imported: readonly Closed[],
): YearDay[][] {
  const own = new Map(draft.days.map((day) => [day.date, day]));
  const removed = new Set(draft.removed);
  const closed = new Map([...holidays.filter(({ date }) => !removed.has(date)), ...imported].map(({ date, name }) => [date, name]));
  const weekdays = new Set(segmentsOf(draft.hours).map(({ day }) => day));
  return Array.from({ length: 12 }, (_, month) =>
    datesOf(year, month).map((date): YearDay => {
      const special = own.get(date);
      if (special) return { date, name: special.name, kind: special.closed ? "holiday" : "own" };
      const name = closed.get(date);
      if (name !== undefined) return { date, name, kind: "holiday" };
      return { date, name: "", kind: weekdays.has(weekdayOf(date)) ? "open" : "weekend" };
    }),
  );
}

function datesOf(year: number, month: number): string[] {
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Array.from({ length }, (_, day) => new Date(Date.UTC(year, month, day + 1)).toISOString().slice(0, 10));
}
