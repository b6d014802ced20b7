import { expect, it } from "vitest";
import { ceiling, path, points } from "@/features/ops/scale";

it("ends on a round number", () => {
  expect([0, 4, 5, 11, 47, 500, 501].map(ceiling)).toEqual([4, 4, 5, 20, 50, 500, 1000]);
});

it("stretches a line over the width, with zero at the bottom", () => {
  expect(points([0, 5, 10], 10, 100, 50)).toEqual([[0, 50], [50, 25], [100, 0]]);
  expect(path([[0, 50], [50, 25]])).toBe("M0.0 50.0L50.0 25.0");
});
