import { dayNumber } from "@/time/format";
import { wallTime } from "@/time/zone";

const DAY = 86_400_000;
/** More days than this are no picture. */
const MOST_DAYS = 21;

/** A step at the moment when it comes, or why that is not known. */
export interface Placed {
  /** From 1. */
  number: number;
  at: string | null;
}

/** A step on the line of its day. */
export interface Mark {
  number: number;
  /** Minutes since midnight, in the zone. */
  minute: number;
}

export interface Line {
  /** As "2026-12-24". */
  date: string;
  marks: Mark[];
  /** When it is due, on its own day. */
  due: number | null;
}

export interface Ladder {
  lines: Line[];
  /** Numbers of steps that come later than is drawn. */
  later: number[];
}

/** No step comes before the one above it, whatever the units of the two. */
export function ascending(steps: readonly Placed[]): Placed[] {
  let latest = -Infinity;
  return steps.map(({ number, at }) => {
    if (at === null) return { number, at };
    latest = Math.max(latest, Date.parse(at));
    return { number, at: new Date(latest).toISOString() };
  });
}

/** The days from the due time to the last step, each with the steps of the day. */
export function ladderOf(due: string, steps: readonly Placed[], zone: string): Ladder {
  const known = steps.flatMap(({ number, at }) => (at === null ? [] : [{ number, at }]));
  const days = [due, ...known.map(({ at }) => at)].map((at) => dayNumber(at, zone));
  const first = Math.min(...days);
  const last = Math.min(Math.max(...days), first + MOST_DAYS - 1);
  const dueDay = dayNumber(due, zone);
  const lines = Array.from({ length: last - first + 1 }, (_, index) => {
    const day = first + index;
    const marks = known
      .filter(({ at }) => dayNumber(at, zone) === day)
      .map(({ number, at }) => ({ number, minute: minuteOf(at, zone) }));
    return { date: new Date(day * DAY).toISOString().slice(0, 10), marks, due: day === dueDay ? minuteOf(due, zone) : null };
  });
  return { lines, later: known.filter(({ at }) => dayNumber(at, zone) > last).map(({ number }) => number) };
}

function minuteOf(at: string, zone: string): number {
  const [hours, minutes] = wallTime(at, zone).slice(11).split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
