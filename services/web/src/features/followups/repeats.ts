import type { Repeats } from "@/api/types";
import { words } from "@/i18n/series";
import { wallTime } from "@/time/zone";

/** A rule that people choose often. */
export interface RulePreset {
  name: string;
  label: string;
  rule: Repeats;
}

const USUAL = { every: 1, weekdays: [], counted_from: "calendar", closed_days: "next" } as const;
const LONGEST_SHORT_MONTH = 28;

export function rule(changes: Pick<Repeats, "unit"> & Partial<Repeats>): Repeats {
  return { ...USUAL, ...changes, weekdays: changes.weekdays ?? [] };
}

/** The day of a moment on a clock: its date, weekday from 1 (Monday), and which one of the month that is. */
export function dayOf(at: string, zone: string) {
  const date = new Date(`${wallTime(at, zone).slice(0, 10)}T00:00:00Z`);
  const day = date.getUTCDate();
  const inMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return { day, weekday: date.getUTCDay() || 7, nth: Math.ceil(day / 7), last: day + 7 > inMonth, inMonth };
}

const NAMES = new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" });

/** "Monday" for 1. */
export const weekdayName = (weekday: number) => NAMES.format(new Date(Date.UTC(2024, 0, weekday)));

/** Rules that go with a due time. */
export function presetsFor(at: string, zone: string): RulePreset[] {
  const { day, weekday, nth, last, inMonth } = dayOf(at, zone);
  const name = weekdayName(weekday);
  const which = (last ? -1 : nth) as NonNullable<Repeats["nth"]>;
  return [
    { name: "working-day", label: words.eachWorkingDay, rule: rule({ unit: "working_day" }) },
    { name: "week", label: words.eachWeek(name), rule: rule({ unit: "week", weekdays: [weekday] }) },
    { name: "two-weeks", label: words.everySecondWeek(name), rule: rule({ unit: "week", every: 2, weekdays: [weekday] }) },
    { name: "month", label: words.eachMonth(day), rule: rule({ unit: "month", day }) },
    ...(day === inMonth && day >= LONGEST_SHORT_MONTH
      ? [{ name: "last-day", label: words.lastDay, rule: rule({ unit: "month", day: 31 }) }]
      : []),
    {
      name: "nth",
      label: words.nthOfMonth(words.nths[which] ?? "", name),
      rule: rule({ unit: "month", nth: which, weekday }),
    },
    { name: "quarter", label: words.eachQuarter, rule: rule({ unit: "month", every: 3, day }) },
    { name: "year", label: words.eachYear, rule: rule({ unit: "month", every: 12, day }) },
    {
      name: "after-week",
      label: words.afterDone(7),
      rule: rule({ unit: "day", every: 7, counted_from: "completion" }),
    },
  ];
}

/** A rule on the clock by which its days were chosen; one without such days is on its assignee's. */
export function onClock(chosen: Repeats, zone: string): Repeats {
  if (chosen.at != null) return chosen; // it says on which clock its time is
  const namesDays = chosen.counted_from === "calendar" && (chosen.unit === "week" || chosen.unit === "month");
  return { ...chosen, time_zone: namesDays ? zone : null };
}

/** The preset that a rule is, by the day on which one is due or by that of the first one; undefined: it is another rule. */
export function presetOf(value: Repeats | null, due: string, first: string | undefined, zone: string): RulePreset | undefined {
  if (value === null) return undefined;
  const clock = value.time_zone ?? zone;
  // A time that is that of the follow-up is what a preset without one means.
  const usual = value.at != null && value.at === wallTime(due, clock).slice(11, 16) ? { ...value, at: null } : value;
  const days = [{ at: due, zone: clock }, ...(first === undefined ? [] : [{ at: `${first}T12:00:00Z`, zone: "UTC" }])];
  const start = days[days.length - 1];
  const said = start ? withDay(usual, dayOf(start.at, start.zone)) : usual;
  return days.flatMap(({ at, zone: of }) => presetsFor(at, of)).find((preset) => sameRule(preset.rule, said));
}

/** A rule that leaves its day to that of the first one, with that day. */
function withDay(value: Repeats, { day, weekday }: ReturnType<typeof dayOf>): Repeats {
  if (value.counted_from !== "calendar") return value;
  if (value.unit === "week" && value.weekdays.length === 0) return { ...value, weekdays: [weekday] };
  return value.unit === "month" && value.day == null && value.nth == null ? { ...value, day } : value;
}

const PARTS = ["every", "unit", "day", "nth", "weekday", "counted_from", "closed_days", "until", "count", "at"] as const;

/** Whether two rules say the same. */
export function sameRule(a: Repeats | null, b: Repeats | null): boolean {
  if (a === null || b === null) return a === b;
  return PARTS.every((part) => (a[part] ?? null) === (b[part] ?? null)) && a.weekdays.join() === b.weekdays.join();
}

/** A rule with another unit: what belongs to the old one goes. */
export function withUnit(old: Repeats, unit: Repeats["unit"], day: ReturnType<typeof dayOf>): Repeats {
  const { every, counted_from, closed_days, until = null, count = null, at = null, time_zone = null } = old;
  const kept = { every, counted_from, closed_days: unit === "working_day" ? "next" : closed_days, until, count, at, time_zone } as const;
  const onCalendar = counted_from === "calendar";
  return rule({
    ...kept,
    unit,
    weekdays: unit === "week" && onCalendar ? [day.weekday] : [],
    ...(unit === "month" && onCalendar && { day: day.day }),
  });
}
