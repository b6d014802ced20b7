import { words } from "@/i18n/calendars";
import { TIME } from "@/time/timeOfDay";
import type { DayHours, WeekdayHours } from "@/features/calendars/draft";

const DAY_MINUTES = 1440;

/** A part of one weekday that is open: minutes since midnight. */
export interface Segment {
  /** From 1, Monday. */
  day: number;
  from: number;
  to: number;
}

export { TIME };

export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** Whether it closes on the day after it opens. */
export function overnight({ opens, closes }: DayHours): boolean {
  return minutesOf(closes) <= minutesOf(opens) && !wholeDay({ opens, closes });
}

export function wholeDay({ opens, closes }: DayHours): boolean {
  return opens === "00:00" && closes === "00:00";
}

/** What is open of a week, a night in both of its days; without what is typed by half. */
export function segmentsOf(hours: readonly WeekdayHours[]): Segment[] {
  return hours
    .filter(({ opens, closes }) => TIME.test(opens) && TIME.test(closes))
    .flatMap((range) => range.days.flatMap((day) => partsOf(day, range)))
    .sort((a, b) => a.day - b.day || a.from - b.from);
}

function partsOf(day: number, range: DayHours): Segment[] {
  const from = minutesOf(range.opens);
  const to = minutesOf(range.closes);
  if (to > from) return [{ day, from, to }];
  const evening = { day, from, to: DAY_MINUTES };
  return to === 0 ? [evening] : [evening, { day: (day % 7) + 1, from: 0, to }];
}

/** Hours a week; half hours and minutes too. */
export function hoursAWeek(hours: readonly WeekdayHours[]): number {
  const minutes = segmentsOf(hours).reduce((sum, { from, to }) => sum + to - from, 0);
  return Math.round(minutes / 6) / 10;
}

/** "Mon to Fri", "Mon, Wed", "Sun". */
export function daysInWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  if (sorted.length === 0) return words.noDay;
  const runs = sorted.reduce<number[][]>((found, day) => {
    const last = found.at(-1);
    if (last?.at(-1) === day - 1) last.push(day);
    else found.push([day]);
    return found;
  }, []);
  return words.list(runs.map(runInWords));
}

function runInWords(run: readonly number[]): string {
  const [first, last] = [nameOf(run[0]), nameOf(run.at(-1))];
  return run.length > 2 ? words.from(first, last) : words.list(run.map(nameOf));
}

function nameOf(day = 1): string {
  return words.shortDays[day - 1] ?? "";
}

/** "09:00–17:00", or that it is the whole day. */
export function rangeInWords(range: DayHours): string {
  return wholeDay(range) ? words.wholeDay : words.range(range.opens, range.closes);
}

/** "Mon to Fri 09:00–17:00; Sat 10:00–12:00" */
export function weekInWords(hours: readonly WeekdayHours[]): string {
  return words.lines(hours.map((range) => words.hoursLine(daysInWords(range.days), rangeInWords(range))));
}
