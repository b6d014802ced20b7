import type { WeekdayHours } from "@/features/calendars/draft";
import { segmentsOf, weekInWords } from "@/features/calendars/week";
import { words } from "@/i18n/calendars";
import classes from "./WeekPicture.module.css";

const DAY_MINUTES = 1440;
const HOURS = [0, 6, 12, 18, 24];

/** The hours of a week as bars, a line a day. */
export function WeekPicture({ hours }: { hours: readonly WeekdayHours[] }) {
  const segments = segmentsOf(hours);
  return (
    <div role="img" aria-label={words.weekPicture(weekInWords(hours))} className={classes.week}>
      {words.shortDays.map((name, index) => (
        <div key={name} className={classes.day}>
          <span className={classes.name}>{name}</span>
          <span className={classes.bar}>
            {segments
              .filter(({ day }) => day === index + 1)
              .map(({ from, to }) => (
                <span key={from} className={classes.open} style={{ left: percent(from), width: percent(to - from) }} />
              ))}
          </span>
        </div>
      ))}
      <div className={classes.scale}>
        {HOURS.map((hour) => (
          <span key={hour} style={{ left: percent(hour * 60) }}>
            {hour}
          </span>
        ))}
      </div>
    </div>
  );
}

function percent(minutes: number): string {
  return `${(100 * minutes) / DAY_MINUTES}%`;
}
