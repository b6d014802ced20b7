import { describe, expect, it } from "vitest";
import { remember, runsOf, seriesOf, type Sample } from "@/features/ops/history";

const sample = (at: number, ready: number | null): Sample => ({ at, figures: { notifier: ready } });

describe("the looks at a figure", () => {
  it("are kept in order, and the oldest go", () => {
    let history: Sample[] = [];
    for (let n = 0; n < 150; n += 1) history = remember(history, sample(n * 3_000, n));
    const series = seriesOf(history, "notifier");
    expect([series.length, series[0], series.at(-1)]).toEqual([100, 50, 149]);
  });

  it("have a gap where the page was hidden, and where nobody knew", () => {
    let history = remember([], sample(0, 1));
    history = remember(history, sample(3_000, null));
    history = remember(history, sample(6_000, 3));
    history = remember(history, sample(60_000, 4));
    expect(seriesOf(history, "notifier")).toEqual([1, null, 3, null, 4]);
    expect(seriesOf(history, "escalator")).toEqual([null, null, null, null, null]);
  });

  it("are drawn in pieces around the gaps", () => {
    expect(runsOf([null, 1, 2, null, 3])).toEqual([[1, 2], [4]]);
    expect(runsOf([])).toEqual([]);
  });
});
