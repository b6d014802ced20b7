import { isolate } from "@/components/bidi";
import type { Member } from "@/features/team/figures";
import { words } from "@/i18n/team";
import classes from "./Trend.module.css";

const STEP = 8;
const HEIGHT = 28;

/** Bars: what was done in each week. The line: what was overdue at its end. */
export function Trend({ member: { person, trend } }: { member: Member }) {
  const { done, overdue } = trend;
  const largest = Math.max(1, ...done, ...overdue);
  const height = (amount: number) => (amount / largest) * HEIGHT;
  const width = done.length * STEP;
  const line = overdue.map((amount, week) => `${week * STEP + STEP / 2} ${HEIGHT - height(amount)}`);
  return (
    <svg
      viewBox={`0 -2 ${width} ${HEIGHT + 3}`}
      className={classes.trend}
      role="img"
      aria-label={words.trendOf(isolate(person.name), done, overdue)}
    >
      <line x2={width} y1={HEIGHT} y2={HEIGHT} className={classes.ground} />
      {done.map((amount, week) => (
        <rect
          key={week}
          x={week * STEP + 1}
          y={HEIGHT - height(amount)}
          width={STEP - 2}
          height={height(amount)}
          className={classes.done}
        />
      ))}
      <path d={`M${line.join("L")}`} className={classes.overdue} />
    </svg>
  );
}

/** What bars and line mean, once for all. */
export function Legend() {
  return (
    <p className={classes.legend} aria-hidden>
      <span className={classes.bar} /> {words.legend.done}
      <span className={classes.stroke} /> {words.legend.overdue}
    </p>
  );
}
