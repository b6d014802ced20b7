import { expect, it } from "vitest";
import { rangeOf } from "@/features/followups/SelectionProvider";
import { followUp } from "@/testing/samples";

const list = [1, 2, 3, 4].map((id) => followUp(id));
const ids = (from: number | null, to: number) => rangeOf([[], list], from, to).map(({ id }) => id);

it("goes from one to another, in both directions", () => {
  expect(ids(2, 4)).toEqual([2, 3, 4]);
  expect(ids(3, 1)).toEqual([1, 2, 3]);
});

it("is nothing where no list holds both", () => {
  expect(ids(null, 2)).toEqual([]);
  expect(ids(9, 2)).toEqual([]);
});
