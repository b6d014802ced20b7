import { Select, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "@/api/session";
import type { Calendar } from "@/api/types";
import { calendarsQuery, openOn } from "@/features/calendars";
import { inWords } from "@/features/policies/problem";
import { ladderQuery } from "@/features/policies/queries";
import type { StepDraft } from "@/features/policies/steps";
import { ladderOf, timesOf, type Line } from "@/features/policies/timeline";
import { words } from "@/i18n/policies";
import { now } from "@/time/clock";
import { inZone } from "@/time/format";
import { fromWallTime, wallTime } from "@/time/zone";
import classes from "./LadderPicture.module.css";

const DAY = 86_400_000;
const DAY_MINUTES = 1440;
const FRIDAY = 5;
/** More repeats of a step than these are counted, not listed. */
const MOST_LISTED = 5;

interface Props {
  steps: readonly StepDraft[];
  /** The policy's own calendar; null: one can be chosen for the picture. */
  calendarId: number | null;
}

/** When the steps come of a follow-up that is due on Friday noon, on real days with closed hours shaded. */
export function LadderPicture({ steps, calendarId }: Props) {
  const { data: calendars = [], isFetched } = useQuery(calendarsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const { time_zone: mine } = useMe();
  const id = calendarId ?? (chosen ? Number(chosen) : calendars[0]?.id);
  const calendar = calendars.find((one) => one.id === id) ?? null;
  const zone = calendar?.time_zone ?? mine;
  const [today] = useState(now);
  const due = fridayNoon(zone, today);
  const asked = { due, calendarId: id ?? null, etag: calendar?.etag ?? "", steps };
  const { data, error } = useQuery({ ...ladderQuery(asked), enabled: isFetched, placeholderData: keepPreviousData });
  const comes = data?.comes ?? [];
  const { lines, later, laterRepeats } = ladderOf(due, comes, zone);
  const said = steps.map((_, index) => timesInWords(timesOf(index + 1, comes), zone));
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
        {words.pictureText(inZone(due, zone), zone, comes.some(({ repeat }) => repeat > 0))}
      </Text>
      <div role="img" aria-label={words.picture(said.map((times, index) => words.pictureStep(index + 1, times ?? words.notKnown)))} className={classes.ladder}>
        {lines.map((line) => (
          <Day key={line.date} line={line} calendar={calendar} />
        ))}
      </div>
      {later.length + laterRepeats.length > 0 && <Text size="sm">{words.laterSteps(later, laterRepeats)}</Text>}
      {data?.turns.map(({ step, above, due_at: times }) => (
        <p key={`${step}.${above}`} className={classes.turn}>
          {words.turns(step, above, times.map((at) => inZone(at, zone, "weekday")))}
        </p>
      ))}
      {error ? (
        <Text size="sm" mt="xs" role="status">
          {(inWords(error) as Error).message}
        </Text>
      ) : (
        <ol className={classes.list}>
          {said.map((times, index) => (
            <li key={index}>{times ?? (data ? words.notKnown : words.computing)}</li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** When a step comes, with its repeats; null: not known. */
function timesInWords([at, ...again]: readonly string[], zone: string): string | null {
  if (at === undefined) return null;
  const listed = again.slice(0, MOST_LISTED).map((each) => inZone(each, zone));
  return words.comes(inZone(at, zone), listed, again.length - listed.length);
}

/** The Friday noon that comes, on the clocks of a zone. */
export function fridayNoon(zone: string, from: number): string {
  const today = wallTime(from, zone).slice(0, 10);
  const day = Date.parse(`${today}T00:00:00Z`);
  const ahead = (FRIDAY - new Date(day).getUTCDay() + 7) % 7;
  return fromWallTime(`${new Date(day + ahead * DAY).toISOString().slice(0, 10)} 12:00:00`, zone);
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
        {line.marks.map(({ step, repeat, minute }) => (
          <span key={`${step}.${repeat}`} className={repeat ? classes.again : classes.mark} style={{ left: percent(minute) }}>
            {step}
          </span>
        ))}
      </span>
    </div>
  );
}

function percent(minutes: number): string {
  return `${(100 * minutes) / DAY_MINUTES}%`;
}
