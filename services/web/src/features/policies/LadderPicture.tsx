import { Select, Text } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "@/api/session";
import type { Calendar } from "@/api/types";
import { calendarsQuery, openOn, workingTimeQuery } from "@/features/calendars";
import { durationOf, lengthOf, type StepDraft } from "@/features/policies/steps";
import { ascending, ladderOf, type Line, type Placed } from "@/features/policies/timeline";
import { words } from "@/i18n/policies";
import { now } from "@/time/clock";
import { inZone } from "@/time/format";
import { fromWallTime, wallTime } from "@/time/zone";
import classes from "./LadderPicture.module.css";

const DAY = 86_400_000;
const DAY_MINUTES = 1440;
const FRIDAY = 5;

interface Props {
  steps: readonly StepDraft[];
  /** The policy's own calendar; null: one can be chosen for the picture. */
  calendarId: number | null;
}

/** When the steps come of a follow-up that is due on Friday noon, on real days with closed hours shaded. */
export function LadderPicture({ steps, calendarId }: Props) {
  const { data: calendars = [] } = useQuery(calendarsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const { time_zone: mine } = useMe();
  const id = calendarId ?? (chosen ? Number(chosen) : calendars[0]?.id);
  const calendar = calendars.find((one) => one.id === id) ?? null;
  const zone = calendar?.time_zone ?? mine;
  const [today] = useState(now);
  const due = fridayNoon(zone, today);
  const { placed, loading } = usePlaced(steps, calendar, due);
  const { lines, later } = ladderOf(due, placed, zone);
  return (
    <div>
      {calendarId === null && calendars.length > 0 && (
        <Select
          size="xs"
          mb="xs"
          label={words.pictureCalendar}
          data={calendars.map((one) => ({ value: String(one.id), label: one.name }))}
          value={id === undefined ? null : String(id)}
          onChange={setChosen}
          allowDeselect={false}
        />
      )}
      <Text size="sm" c="dimmed" mb="xs">
        {words.pictureText(inZone(due, zone), zone)}
      </Text>
      <div role="img" aria-label={words.picture(placed.map((step) => inWords(step, zone)))} className={classes.ladder}>
        {lines.map((line) => (
          <Day key={line.date} line={line} calendar={calendar} />
        ))}
      </div>
      {later.length > 0 && <Text size="sm">{words.laterSteps(later)}</Text>}
      <ol className={classes.list}>
        {placed.map((step) => (
          <li key={step.number}>{step.at === null ? (loading ? words.computing : words.notKnown) : inZone(step.at, zone)}</li>
        ))}
      </ol>
    </div>
  );
}

function inWords({ number, at }: Placed, zone: string): string {
  return words.pictureStep(number, at === null ? words.notKnown : inZone(at, zone));
}

/** The Friday noon that comes, on the clocks of a zone. */
export function fridayNoon(zone: string, from: number): string {
  const today = wallTime(from, zone).slice(0, 10);
  const day = Date.parse(`${today}T00:00:00Z`);
  const ahead = (FRIDAY - new Date(day).getUTCDay() + 7) % 7;
  return fromWallTime(`${new Date(day + ahead * DAY).toISOString().slice(0, 10)} 12:00:00`, zone);
}

/** When each step comes: by the clock, or as the engine computes it. */
function usePlaced(steps: readonly StepDraft[], calendar: Calendar | null, due: string): { placed: Placed[]; loading: boolean } {
  const answers = useQueries({
    queries: steps.map((step) => ({
      ...workingTimeQuery(calendar ?? { id: 0, etag: "" }, { from: due, ...lengthQuery(step) }),
      enabled: calendar !== null && step.unit !== "after",
    })),
  });
  const at = (step: StepDraft, index: number) =>
    calendar === null || step.unit === "after" ? elapsed(due, step) : (answers[index]?.data?.at ?? null);
  return {
    placed: ascending(steps.map((step, index) => ({ number: index + 1, at: at(step, index) }))),
    loading: answers.some(({ isLoading }) => isLoading),
  };
}

/** By the clock: without a calendar every hour of every day is worked. */
function elapsed(due: string, { unit, amount, before }: StepDraft): string {
  const hours = unit === "working_days" ? amount * 24 : amount;
  return new Date(Date.parse(due) + (before ? -hours : hours) * 3_600_000).toISOString();
}

function lengthQuery(step: StepDraft): { add?: string; add_days?: number } {
  const amount = step.before ? -step.amount : step.amount;
  const { working_days: days } = lengthOf({ unit: step.unit, amount });
  return step.unit === "working_days" ? { add_days: days ?? 0 } : { add: durationOf(amount) };
}

function Day({ line, calendar }: { line: Line; calendar: Calendar | null }) {
  const open = calendar ? openOn(calendar, line.date) : [{ day: 1, from: 0, to: DAY_MINUTES }];
  return (
    <div className={classes.day}>
      <span className={classes.date}>{inZone(`${line.date}T12:00:00Z`, "UTC", "day")}</span>
      <span className={classes.bar}>
        {open.map(({ from, to }) => (
          <span key={from} className={classes.open} style={{ left: percent(from), width: percent(to - from) }} />
        ))}
        {line.due !== null && <span className={classes.due} style={{ left: percent(line.due) }} />}
        {line.marks.map(({ number, minute }) => (
          <span key={number} className={classes.mark} style={{ left: percent(minute) }}>
            {number}
          </span>
        ))}
      </span>
    </div>
  );
}

function percent(minutes: number): string {
  return `${(100 * minutes) / DAY_MINUTES}%`;
}
