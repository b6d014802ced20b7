import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api/session";
import { presetsQuery, workingDaysQuery } from "@/features/followups/queries";
import { isolate } from "@/components/bidi";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { ago, inZone } from "@/time/format";
import { onDay, readTyped, writtenOut, type Typed } from "@/time/typed";
import { dayFirst } from "@/time/preferences";
import { wallTime } from "@/time/zone";

export interface TypedTime {
  /** The moment in UTC; null: there is none, or it is not known yet. */
  at: string | null;
  /** What was understood, in words. */
  says: string | null;
  /** Why there is no moment, and how to write one. */
  wrong: string | null;
}

export interface TypedReader extends TypedTime {
  /** What another text means, as far as it is known without asking the API. */
  momentOf: (text: string) => string | null;
}

/** A date as one types it here. */
export const exampleDate = () => (dayFirst() ? t.due.example.dayFirst : t.due.example.monthFirst);

/** Reads what is typed for somebody's due time; working days are counted by the API, by their calendar. */
export function useTyped(text: string, assignee: number): TypedReader {
  const { time_zone: zone } = useMe();
  const { data: presets } = useQuery(presetsQuery(assignee));
  const tomorrow = presets?.find(({ preset }) => preset === "tomorrow")?.due_at;
  const morning = tomorrow && wallTime(tomorrow, zone).slice(11, 16);
  const read = (words: string) => readTyped(words, { zone, now: now(), dayFirst: dayFirst(), ...(morning && { morning }) });
  const typed = read(text);
  const days = typed.kind === "workingDays" ? typed.days : 0;
  const counted = useQuery({ ...workingDaysQuery(assignee, days), enabled: days > 0 });
  const momentOf = (words: string) => {
    const other = read(words);
    return other.kind === "moment" ? other.at : null;
  };
  return { ...meant(typed, counted, zone), momentOf };
}

function meant(typed: Typed, counted: { data?: string | null | undefined; error: unknown }, zone: string): TypedTime {
  if (typed.kind === "moment") return understood(typed.at, zone);
  if (typed.kind !== "workingDays") return { at: null, says: null, wrong: wrong(typed) };
  if (counted.error) return { at: null, says: null, wrong: t.due.notCounted };
  if (!counted.data) return { at: null, says: t.due.counting, wrong: null };
  const opens = counted.data;
  return understood(typed.time === null ? opens : onDay(wallTime(opens, zone).slice(0, 10), typed.time, zone), zone);
}

function understood(at: string, zone: string): TypedTime {
  const moment = writtenOut(at, zone);
  const passed = Date.parse(at) <= now();
  return { at, says: passed ? t.due.passed(moment) : t.due.understood(moment, ago(at, now())), wrong: null };
}

function wrong(typed: Exclude<Typed, { kind: "moment" | "workingDays" }>): string | null {
  switch (typed.kind) {
    case "empty":
      return null;
    case "unknown":
      return t.due.unknown(isolate(typed.part), exampleDate());
    case "noSuchDay":
      return t.due.noSuchDay;
    case "otherWeekday":
      return t.due.otherWeekday(inZone(`${typed.day}T12:00:00Z`, "UTC", "weekday"));
  }
}
