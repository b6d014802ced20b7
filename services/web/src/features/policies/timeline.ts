import type { Coming } from "@/api/types";
import { dayNumber } from "@/time/format";
import { wallTime } from "@/time/zone";

const DAY = 86_400_000;
/** More days than this are no picture. */
const MOST_DAYS = 21;

/** A step or a repeat of it on the line of its day. */
export interface Mark extends Pick<Coming, "step" | "repeat"> {
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
  /** What comes later than is drawn: numbers of steps, and of those of which a repeat does. */
  later: number[];
  laterRepeats: number[];
}

/** The days from the due time to the last step or repeat, each with what comes on the day. */
export function ladderOf(due: string, comes: readonly Coming[], zone: string): Ladder {
  const days = [due, ...comes.map(({ at }) => at)].map((at) => dayNumber(at, zone));
  const first = Math.min(...days);
  const last = Math.min(Math.max(...days), first + MOST_DAYS - 1);
  const dueDay = dayNumber(due, zone);
  const lines = Array.from({ length: last - first + 1 }, (_, index) => {
    const day = first + index;
    const marks = comes
      .filter(({ at }) => dayNumber(at, zone) === day)
      .map(({ step, repeat, at }) => ({ step, repeat, minute: minuteOf(at, zone) }));
    return { date: new Date(day * DAY).toISOString().slice(0, 10), marks, due: day === dueDay ? minuteOf(due, zone) : null };
  });
  const later = comes.filter(({ at }) => dayNumber(at, zone) > last);
  return {
    lines,
    later: later.filter(({ repeat }) => repeat === 0).map(({ step }) => step),
    laterRepeats: [...new Set(later.filter(({ repeat }) => repeat > 0).map(({ step }) => step))],
  };
}

/** When a step comes, and each of its repeats; empty: not known. */
export function timesOf(number: number, comes: readonly Coming[]): string[] {
  return comes.filter(({ step }) => step === number).map(({ at }) => at);
}

function minuteOf(at: string, zone: string): number {
  const [hours, minutes] = wallTime(at, zone).slice(11).split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
