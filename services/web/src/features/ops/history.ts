/** What the small charts show: the looks since the page was opened. Nobody else keeps them. */

/** About five minutes, at a look every three seconds. */
const KEPT = 100;

/** A longer pause between two looks, such as a hidden page, is a gap and no straight line. */
const GAP_MS = 15_000;

export type Figures = Readonly<Record<string, number | null>>;

export interface Look {
  /** Milliseconds. */
  at: number;
  figures: Figures;
}

/** A reading, and the looks up to it. */
export interface Watched<T> {
  reading: T;
  history: readonly Look[];
}

export function remember(history: readonly Look[], look: Look): Look[] {
  const last = history.at(-1);
  const gap = last && look.at - last.at > GAP_MS ? [{ at: last.at, figures: {} }] : [];
  return [...history, ...gap, look].slice(-KEPT);
}

/** One figure through time; null where nobody knew it. */
export function seriesOf(history: readonly Look[], name: string): (number | null)[] {
  return history.map(({ figures }) => figures[name] ?? null);
}

/** Parts of a list without null between them, each as indexes into it. */
export function runsOf(values: readonly (number | null)[]): number[][] {
  const runs: number[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const run = runs.at(-1);
    if (run?.at(-1) === index - 1) run.push(index);
    else runs.push([index]);
  });
  return runs;
}
