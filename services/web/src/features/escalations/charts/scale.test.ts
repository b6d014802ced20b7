import { describe, expect, it } from "vitest";
import { ageLabel, ceiling, path, points } from "@/features/escalations/charts/scale";

describe("scales", () => {
  it("end on a round number", () => {
    expect([0, 4, 5, 11, 47, 500, 501].map(ceiling)).toEqual([4, 4, 5, 20, 50, 500, 1000]);
  });

  it("stretch a line over the width, with zero at the bottom", () => {
    expect(points([0, 5, 10], 10, 100, 50)).toEqual([[0, 50], [50, 25], [100, 0]]);
    expect(path([[0, 50], [50, 25]])).toBe("M0.0 50.0L50.0 25.0");
  });
});

it("says ages as people do", () => {
  expect(ageLabel({ from_hours: 0, to_hours: 48 })).toBe("0–48 h");
  expect(ageLabel({ from_hours: 48, to_hours: 72 })).toBe("2–3 days");
  expect(ageLabel({ from_hours: 336, to_hours: null })).toBe("14 days+");
});
