import { t } from "@/i18n";
import { localTimeIn, wallTime } from "@/time/zone";

const MORNING = "09:00";
const DAY = 86_400_000;

/** A time that people choose often. */
export interface Preset {
  label: string;
  at: string;
}

/** The next working day, in three of them, in a week: each 09:00 in the zone, Monday to Friday. */
export function presets(zone: string, now: number): Preset[] {
  const today = dayOf(now, zone);
  const preset = (label: string, days: number): Preset => ({ label, at: localTimeIn(days, MORNING, zone, now) });
  const next = afterWorkingDays(today, 1);
  return [
    preset(next === 1 ? t.time.tomorrowMorning : t.time.mondayMorning, next),
    preset(t.time.inWorkingDays, afterWorkingDays(today, 3)),
    preset(t.time.inAWeek, workingDayFrom(today, 7)),
  ];
}

/** When something new is due unless somebody says otherwise: 09:00 of the next working day. */
export function nextMorning(zone: string, now: number): string {
  return localTimeIn(afterWorkingDays(dayOf(now, zone), 1), MORNING, zone, now);
}

/** Midnight of the day that it is in the zone, as if that were UTC: for telling weekdays alone. */
function dayOf(now: number, zone: string): number {
  return Date.parse(`${wallTime(now, zone).slice(0, 10)}T00:00:00Z`);
}

/** In how many days `count` working days have come. */
function afterWorkingDays(today: number, count: number): number {
  const next = workingDayFrom(today, 1);
  return count === 1 ? next : next + afterWorkingDays(today + next * DAY, count - 1);
}

/** The first number of days, `days` or more, that ends on a working day. */
function workingDayFrom(today: number, days: number): number {
  const weekday = new Date(today + days * DAY).getUTCDay();
  return weekday === 0 || weekday === 6 ? workingDayFrom(today, days + 1) : days;
}
