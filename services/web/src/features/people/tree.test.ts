import { expect, it } from "vitest";
import { treeOf } from "@/features/people/tree";
import { person } from "@/testing/samples";

const shape = (people: Parameters<typeof treeOf>[0]) => treeOf(people).map(({ person: { id }, depth }) => [id, depth]);

it("puts people below their managers, by name", () => {
  const people = [person(3, 1, "Zoe"), person(1, null, "Ada"), person(2, 1, "Bob"), person(4, 2, "Cy")];
  expect(shape(people)).toEqual([[1, 0], [2, 1], [4, 2], [3, 1]]);
});

it("shows those whose manager is not listed at the top", () => {
  expect(shape([person(2, 99)])).toEqual([[2, 0]]);
});

it("shows everybody of a cycle, once", () => {
  expect(shape([person(1, 2), person(2, 1)]).map(([id]) => id).sort()).toEqual([1, 2]);
});
