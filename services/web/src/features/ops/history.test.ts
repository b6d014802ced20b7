import { describe, expect, it } from "vitest";
import { remember, runsOf, seriesOf, type Look } from "@/features/ops/history";

const look = (at: number, ready: number | null): Look => ({ at, figures: { notifier: ready } });

describe("the looks at a figure", () => {
  it("are kept in order, and the oldest go", () => {
    let history: Look[] = [];
    for (let n = 0; n < 150; n += 1) history = remember(history, look(n * 3_000, n));
    const series = seriesOf(history, "notifier");
    expect([series.length, series[0], series.at(-1)]).toEqual([100, 50, 149]);
  });

  it("have a gap where the page was hidden, and where nobody knew", () => {
    let history = remember([], look(0, 1));
    history = remember(history, look(3_000, null));
    history = remember(history, look(6_000, 3));
    history = remember(history, look(60_000, 4));
    expect(seriesOf(history, "notifier")).toEqual([1, null, 3, null, 4]);
    expect(seriesOf(history, "escalator")).toEqual([null, null, null, null, null]);
  });

  it("are drawn in pieces around the gaps", () => {
    expect(runsOf([null, 1, 2, null, 3])).toEqual([[1, 2], [4]]);
    expect(runsOf([])).toEqual([]);
  });
});
