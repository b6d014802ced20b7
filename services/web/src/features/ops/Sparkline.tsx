import { ceiling, path, points } from "@/features/ops/scale";
import { runsOf } from "@/features/ops/history";
import { words } from "@/i18n/ops";
import classes from "./Sparkline.module.css";

const WIDTH = 240;
const HEIGHT = 36;

/** The line comes in from the right, until there are so many samples that it fills the width. */
const LEAST = 40;

interface Props {
  /** What the line is of, such as "Ready messages". */
  label: string;
  values: readonly (number | null)[];
  /** Whether what it shows asks for somebody. */
  alarming?: boolean;
}

/** How a figure went while the page was open; from zero up, with gaps where it was not known. */
export function Sparkline({ label, values: samples, alarming = false }: Props) {
  const values = [...Array<null>(Math.max(0, LEAST - samples.length)).fill(null), ...samples];
  const known = values.filter((value) => value !== null);
  const largest = Math.max(0, ...known);
  const line = points(values.map((value) => value ?? 0), ceiling(largest), WIDTH, HEIGHT);
  return (
    <svg
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 3}`}
      preserveAspectRatio="none"
      className={classes.sparkline}
      data-alarming={alarming || undefined}
      role="img"
      aria-label={words.ops.series(label, describe(known))}
    >
      <line x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className={classes.grid} />
      {runsOf(values).map((run) => (
        <Run key={run[0]} places={run.map((index) => line[index] ?? [0, HEIGHT])} />
      ))}
    </svg>
  );
}

function Run({ places }: { places: [number, number][] }) {
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return null;
  // A single point would be no line: it gets a length that shows.
  const drawn = places.length > 1 ? places : [first, [first[0] + 2, first[1]] as const];
  return (
    <>
      <path d={`${path(drawn)}L${last[0]} ${HEIGHT}L${first[0]} ${HEIGHT}Z`} className={classes.area} />
      <path d={path(drawn)} className={classes.line} vectorEffect="non-scaling-stroke" />
    </>
  );
}

function describe(known: readonly number[]): string {
  const last = known.at(-1);
  if (last === undefined) return words.ops.unknown;
  return words.ops.range(Math.min(...known), Math.max(...known), last);
}
