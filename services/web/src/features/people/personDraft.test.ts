import { describe, expect, it } from "vitest";
import { changesOf, draftOf, rebased } from "@/features/people/personDraft";
import { person } from "@/testing/samples";

const base = draftOf(person(1, 2, "Eve"));

describe("the form of a person", () => {
  it("sends only what was changed", () => {
    expect(changesOf(base, base)).toEqual({});
    expect(changesOf({ ...base, name: "Eve " }, base)).toEqual({});
    expect(changesOf({ ...base, name: " Eva", manager_id: null, active: false }, base)).toEqual({
      name: "Eva",
      manager_id: null,
      active: false,
    });
  });

  it("sends a password only where one was typed", () => {
    expect(changesOf({ ...base, password: "another long password" }, base)).toEqual({
      password: "another long password",
    });
  });

  it("keeps what was typed and takes the rest as others saved it", () => {
    const theirs = { ...base, role: "admin" as const, active: false };
    expect(rebased({ ...base, name: "Eva" }, base, theirs)).toEqual({ ...theirs, name: "Eva" });
    expect(rebased(base, base, theirs)).toEqual(theirs);
  });
});
