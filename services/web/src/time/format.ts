import { DATE_LANGUAGES, t } from "@/i18n";
import { preferences } from "@/time/preferences";
import { supportedZone } from "@/time/supportedZone";

/**
 * Times as words that people use, in the person's order of day and month and with their kind of clock. Every function
 * takes the zone and "now": nothing here reads a clock.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A length of time, as exact as is useful: "5 min", "3 h 20 min", "2 days 3 h", "3 weeks".
 *
 * @param milliseconds its sign does not matter
 */
export function duration(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length < MINUTE) return t.time.lessThanMinute;
  if (length < HOUR) return t.time.minutes(Math.floor(length / MINUTE));
  if (length < DAY) {
    const minutes = Math.floor((length % HOUR) / MINUTE);
    const hours = Math.floor(length / HOUR);
    return hours < 6 && minutes ? t.time.both(t.time.hours(hours), t.time.minutes(minutes)) : t.time.hours(hours);
  }
  const days = Math.floor(length / DAY);
  if (days < 7) return daysAndHours(length);
  if (days < 30) return t.time.days(days);
  if (days < 60) return t.time.weeks(Math.floor(days / 7));
  return days < 730 ? t.time.months(Math.floor(days / 30.44)) : t.time.years(Math.floor(days / 365.25));
}

/** Hours as words, such as an escalation's "51.25" as "2 days 3 h". */
export function hours(amount: number): string {
  return duration(amount * HOUR);
}

/** "2 days 3 h overdue" or "in 40 min". Overdue by a day or more, it is always days and hours. */
export function dueText(dueAt: string, now: number): string {
  const left = Date.parse(dueAt) - now;
  if (left > 0) return t.time.in(duration(left));
  return left > -MINUTE ? t.time.dueNow : t.time.overdue(lateness(-left));
}

function lateness(length: number): string {
  return length < DAY ? duration(length) : daysAndHours(length);
}

function daysAndHours(length: number): string {
  const hours = Math.floor((length % DAY) / HOUR);
  const days = t.time.days(Math.floor(length / DAY));
  return hours ? t.time.both(days, t.time.hours(hours)) : days;
}

/** "2 working days 3 h", "40 min of working time": what the API counts by a calendar. */
export function workingTime({ days, hours: rest }: { days: number; hours: number }): string {
  if (days === 0) return rest * HOUR < MINUTE ? t.time.noWorkingTime : t.time.inWorkingTime(duration(rest * HOUR));
  return rest < 1 ? t.time.workingDays(days) : t.time.both(t.time.workingDays(days), t.time.hours(Math.floor(rest)));
}

/** "just now", "5 min ago", "2 days ago" or "in 3 h"; whole units, since it is read at a glance. */
export function ago(at: string, now: number): string {
  const passed = now - Date.parse(at);
  if (Math.abs(passed) < MINUTE) return t.time.justNow;
  const words = coarse(Math.abs(passed));
  return passed > 0 ? t.time.ago(words) : t.time.in(words);
}

function coarse(length: number): string {
  if (length < HOUR) return t.time.minutes(Math.floor(length / MINUTE));
  if (length < DAY) return t.time.hours(Math.floor(length / HOUR));
  return duration(Math.floor(length / DAY) * DAY);
}

/** "3 Nov"; the year only when it differs. */
export function dateOf(at: string, zone: string, now: number): string {
  const year = inZone(at, zone, "year");
  return `${inZone(at, zone, "date")}${year === inZone(now, zone, "year") ? "" : ` ${year}`}`;
}

/** A day without a time, such as "2027-01-03": "3 Jan"; the year only when it differs. */
export function plainDay(day: string, now: number): string {
  return dateOf(day, "UTC", now);
}

type Style = "time" | "date" | "day" | "dayTime" | "weekday" | "year" | "exact";

const STYLES: Record<Style, Intl.DateTimeFormatOptions> = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { day: "numeric", month: "short" },
  day: { weekday: "short", day: "numeric", month: "short" },
  dayTime: {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  },
  weekday: { weekday: "long" },
  year: { year: "numeric" },
  exact: {
    weekday: "long", day: "numeric", month: "long", year: "numeric",
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short",
  },
};

const formats = new Map<string, Intl.DateTimeFormat>();

function format(style: Style, zone: string): Intl.DateTimeFormat {
  const { clock, date_order: order } = preferences();
  const key = `${style} ${zone} ${clock} ${order}`;
  let found = formats.get(key);
  if (!found) {
    const parts = STYLES[style];
    const hours: Intl.DateTimeFormatOptions =
      parts.hour && clock === "12h" ? { hour: "numeric", hourCycle: "h12" } : {};
    found = new Intl.DateTimeFormat(DATE_LANGUAGES[order], { ...parts, ...hours, timeZone: supportedZone(zone) });
    formats.set(key, found);
  }
  return found;
}

/** A moment in a zone: "14:30", "Tue, 3 Mar", "Tue, 3 Mar, 14:30", "2026" or in full with the zone's name. */
export function inZone(at: string | number, zone: string, style: Style = "dayTime"): string {
  return format(style, zone).format(new Date(at));
}

/** "Today 14:30", "Tomorrow 09:00", "Yesterday 17:00", "Tue, 3 Mar, 14:30"; the year only when it differs. */
export function calendar(at: string, zone: string, now: number): string {
  return dayAndTime(at, zone, now, t.time);
}

/** The same within a sentence: "today at 14:30", "tomorrow at 09:00", "on Tue, 3 Mar, 14:30". */
export function onCalendar(at: string, zone: string, now: number): string {
  return dayAndTime(at, zone, now, t.time.inSentence);
}

function dayAndTime(at: string, zone: string, now: number, say: typeof t.time.inSentence): string {
  const days = dayNumber(at, zone) - dayNumber(now, zone);
  const time = inZone(at, zone, "time");
  const named = { "-1": say.yesterday, 0: say.today, 1: say.tomorrow }[days];
  if (named) return named(time);
  const year = inZone(at, zone, "year");
  const other = year === inZone(now, zone, "year") ? "" : ` ${year}`;
  return say.onDay(`${inZone(at, zone, "day")}${other}`, time);
}

/** Number of the local day of a moment; equal numbers mean the same day in that zone. */
export function dayNumber(at: string | number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: supportedZone(zone) }).format(new Date(at));
  return Math.floor(Date.parse(`${parts}T00:00:00Z`) / DAY);
}
