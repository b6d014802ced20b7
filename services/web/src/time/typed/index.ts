import { DATE_LANGUAGES } from "@/i18n";
import { supportedZone } from "@/time/supportedZone";
import { dayOf, weekdayOf } from "@/time/typed/days";
import { read, type Said } from "@/time/typed/grammar";
import { fromWallTime, wallTime } from "@/time/zone";

/** What a typed date and time mean; `part` and `day` are for saying why they mean nothing. */
export type Typed =
  | { kind: "moment"; at: string }
  /** Which day that is only the API knows: at a time of one's own, or when work begins. */
  | { kind: "workingDays"; days: number; time: string | null }
  | { kind: "empty" }
  | { kind: "unknown"; part: string }
  /** The calendar has no such day, or it is another day of the week. */
  | { kind: "noSuchDay" }
  | { kind: "otherWeekday"; day: string };

export interface Reading {
  /** Of the person: theirs are the days and the clock. */
  zone: string;
  /** Milliseconds. */
  now: number;
  /** Whether "3/4" is the third of April. */
  dayFirst: boolean;
  /** The time of a day that is named without one, such as "09:00". */
  morning?: string;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const MORNING = "09:00";

/**
 * Reads what somebody has typed for a date and a time. What has no year, and a weekday, is the next one to come; a
 * time alone is the next one on the clock. A time that the clock jumps over is taken as if it had not.
 */
export function readTyped(text: string, reading: Reading): Typed {
  if (text.trim() === "") return { kind: "empty" };
  const said = read(text, reading.dayFirst);
  if (typeof said === "string") return { kind: "unknown", part: said };
  if (said.shift !== null) return { kind: "moment", at: iso(Math.ceil((reading.now + said.shift) / MINUTE) * MINUTE) };
  if (said.workingDays !== null) {
    return { kind: "workingDays", days: said.workingDays, time: said.minutes === null ? null : clockOf(said.minutes) };
  }
  if (said.day === null && said.minutes === null) return { kind: "unknown", part: text.trim() };
  return momentOf(said, reading);
}

function momentOf({ day, weekday, minutes }: Said, { zone, now, morning = MORNING }: Reading): Typed {
  const wall = wallTime(now, zone);
  const today = Date.parse(`${wall.slice(0, 10)}T00:00:00Z`);
  const time = minutes ?? minutesOf(morning);
  const passed = time <= minutesOf(wall.slice(11, 16));
  const found = day === null ? today + (passed ? DAY : 0) : dayOf(day, today, passed);
  if (found === null) return { kind: "noSuchDay" };
  if (weekday !== null && weekday !== weekdayOf(found)) return { kind: "otherWeekday", day: isoDay(found) };
  return { kind: "moment", at: onDay(isoDay(found + Math.floor(time / 1_440) * DAY), clockOf(time % 1_440), zone) };
}

/** What a typed day means. */
export type TypedDay = { kind: "day"; day: string } | Exclude<Typed, { kind: "moment" | "workingDays" }>;

/**
 * Reads what somebody has typed for a day, of whatever time.
 *
 * @param past a day without a year is the last one, not the next
 */
export function readDay(text: string, { past = false, ...reading }: Reading & { past?: boolean }): TypedDay {
  const typed = readTyped(text, { ...reading, morning: "23:59" }); // a weekday may be today
  if (typed.kind === "workingDays") return { kind: "unknown", part: text.trim() };
  if (typed.kind !== "moment") return typed;
  const day = wallTime(typed.at, reading.zone).slice(0, 10);
  const later = day > wallTime(reading.now, reading.zone).slice(0, 10);
  return { kind: "day", day: past && later ? isoDay(Date.parse(`${Number(day.slice(0, 4)) - 1}${day.slice(4)}T00:00:00Z`)) : day };
}

/** A time of a day, such as "15:30", in UTC. @param day such as "2026-12-01" */
export function onDay(day: string, time: string, zone: string): string {
  return fromWallTime(`${day} ${time}:00`, zone);
}

const iso = (moment: number) => new Date(moment).toISOString().replace(".000Z", "Z");
const isoDay = (day: number) => new Date(day).toISOString().slice(0, 10);
const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
const clockOf = (minutes: number) => `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
const twoDigits = (amount: number) => String(amount).padStart(2, "0");

/** A day in full, such as "Wed 2 Dec 2026": what `readDay` reads as the same day. */
export function dayWrittenOut(day: string): string {
  return writtenOut(`${day}T12:00:00Z`, "UTC").split(",")[0] ?? day;
}

/** A moment in full, such as "Wed 2 Dec 2026, 15:30": what `readTyped` reads as the same minute. */
export function writtenOut(at: string, zone: string): string {
  const parts = new Intl.DateTimeFormat(DATE_LANGUAGES["day-month"], {
    ...{ weekday: "short", day: "numeric", month: "short", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: supportedZone(zone) },
  }).formatToParts(new Date(at));
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${part.weekday} ${part.day} ${part.month} ${part.year}, ${part.hour}:${part.minute}`;
}
