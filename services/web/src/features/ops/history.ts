/** What the small charts show: the samples since the page was opened. Nobody else keeps them. */

/** About five minutes, at a sample every three seconds. */
const KEPT = 100;

/** A longer pause between two samples, such as a hidden page, is a gap and no straight line. */
const GAP_MS = 15_000;

export type Figures = Readonly<Record<string, number | null>>;

export interface Sample {
  /** Milliseconds. */
  at: number;
  figures: Figures;
}

/** A reading, and the samples up to it. */
export interface Watched<T> {
  reading: T;
  history: readonly Sample[];
}

export function remember(history: readonly Sample[], sample: Sample): Sample[] {
  const last = history.at(-1);
  const gap = last && sample.at - last.at > GAP_MS ? [{ at: last.at, figures: {} }] : [];
  return [...history, ...gap, sample].slice(-KEPT);
}

/** One figure through time; null where nobody knew it. */
export function seriesOf(history: readonly Sample[], name: string): (number | null)[] {
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
