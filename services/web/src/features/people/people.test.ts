import { describe, expect, it } from "vitest";
import { inScope, reportsOf } from "@/features/people/people";
import { me, person } from "@/testing/samples";

const people = [person(1, null), person(2, 1), person(3, 2), person(4, null)];
const ids = (found: { id: number }[]) => found.map(({ id }) => id);

describe("who is in scope", () => {
  it.each(["manager", "employee"] as const)("is oneself and everybody below at any depth, for a %s", (role) => {
    expect(ids(inScope(me({ id: 1, role }), people))).toEqual([1, 2, 3]);
    expect(ids(inScope(me({ id: 2, role }), people))).toEqual([2, 3]);
    expect(ids(inScope(me({ id: 4, role }), people))).toEqual([4]);
  });

  it("is everybody for an admin", () => {
    expect(ids(inScope(me({ role: "admin" }), people))).toEqual([1, 2, 3, 4]);
  });

  it("survives a cycle", () => {
    expect([...reportsOf(1, [person(1, 2), person(2, 3), person(3, 1)])].sort()).toEqual([2, 3]);
  });
});
