/** Days of the calendar as the grammar names them, before it is known which day it is today. */
export type Day =
  | { kind: "offset"; days: number }
  | { kind: "months"; months: number }
  | { kind: "weekday"; weekday: number; next: boolean }
  | { kind: "nextWeek" }
  | { kind: "nextMonth" }
  | { kind: "endOfMonth" }
  | { kind: "dayOfMonth"; day: number }
  | { kind: "date"; year: number | null; month: number; day: number };

const DAY = 86_400_000;
/** The 29th of February comes at least once in so many years. */
const YEARS = 8;
const MONDAY = 1;

/**
 * The day that is meant, as its midnight in UTC.
 *
 * @param today midnight in UTC of the day that it is for the person
 * @param passed whether the time that is meant has passed today: a day of the week is then next week's
 * @returns null where the calendar has no such day
 */
export function dayOf(day: Day, today: number, passed: boolean): number | null {
  switch (day.kind) {
    case "offset":
      return today + day.days * DAY;
    case "months":
      return monthsAfter(today, day.months);
    case "weekday":
      return day.next ? inNextWeek(today, day.weekday) : comingWeekday(today, day.weekday, passed);
    case "nextWeek":
      return inNextWeek(today, MONDAY);
    case "nextMonth":
      return at(yearOf(today), monthOf(today) + 1, 1);
    case "endOfMonth":
      return at(yearOf(today), monthOf(today) + 1, 0);
    case "dayOfMonth":
      return comingDayOfMonth(today, day.day);
    case "date":
      return day.year === null ? comingDate(today, day.month, day.day) : existing(day.year, day.month, day.day);
  }
}

/** Sunday is 0. */
export function weekdayOf(day: number): number {
  return new Date(day).getUTCDay();
}

/** Whether a month has such a day in some year. */
export function isDayOfYear(month: number, day: number): boolean {
  return existing(2024, month, day) !== null;
}

function at(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day);
}

const yearOf = (day: number) => new Date(day).getUTCFullYear();
const monthOf = (day: number) => new Date(day).getUTCMonth() + 1;
const dateOf = (day: number) => new Date(day).getUTCDate();

/** The same day so many months on, or the last of a month that has no such day. */
function monthsAfter(today: number, months: number): number {
  const [year, month] = [yearOf(today), monthOf(today) + months];
  return Math.min(at(year, month, dateOf(today)), at(year, month + 1, 0));
}

function comingWeekday(today: number, weekday: number, passed: boolean): number {
  const days = (weekday - weekdayOf(today) + 7) % 7;
  return today + (days === 0 && passed ? 7 : days) * DAY;
}

/** Weeks begin on Monday. */
function inNextWeek(today: number, weekday: number): number {
  const monday = today + (7 - ((weekdayOf(today) + 6) % 7)) * DAY;
  return monday + ((weekday + 6) % 7) * DAY;
}

function existing(year: number, month: number, day: number): number | null {
  const found = at(year, month, day);
  return monthOf(found) === month && dateOf(found) === day ? found : null;
}

function comingDate(today: number, month: number, day: number): number | null {
  return first(YEARS + 1, (years) => existing(yearOf(today) + years, month, day), today);
}

function comingDayOfMonth(today: number, day: number): number | null {
  const month = (months: number) => at(yearOf(today), monthOf(today) + months, 1);
  return first(3, (months) => existing(yearOf(month(months)), monthOf(month(months)), day), today);
}

/** The first of some days that exists, and has not passed. */
function first(tries: number, dayAfter: (steps: number) => number | null, today: number): number | null {
  for (let steps = 0; steps < tries; steps += 1) {
    const found = dayAfter(steps);
    if (found !== null && found >= today) return found;
  }
  return null;
}
