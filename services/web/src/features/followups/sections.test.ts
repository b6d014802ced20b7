import { describe, expect, it } from "vitest";
import { linesOf, viewOf, type Section } from "@/features/followups/sections";
import { followUp } from "@/testing/samples";

function section(changes: Partial<Section> = {}): Section {
  return {
    view: "overdue", followUps: [], count: 0, loading: false, error: null, hasMore: false, collapsed: false, ...changes,
  };
}

const kinds = (sections: Section[], headings = true) => linesOf(sections, headings).map(({ kind }) => kind);

describe("linesOf", () => {
  it("puts a heading above each section", () => {
    const rows = section({ followUps: [followUp(1), followUp(2)] });
    expect(kinds([rows, section({ view: "today" })])).toEqual(["heading", "followUp", "followUp", "heading", "empty"]);
  });

  it("says once for all sections that there is nothing", () => {
    const none = [section(), section({ view: "today" }), section({ view: "upcoming" })];
    expect(kinds(none)).toEqual(["nothing"]);
    expect(kinds([...none.slice(1), section({ loading: true })])).toContain("skeleton");
    expect(kinds([...none.slice(1), section({ error: new Error("away") })])).toContain("failure");
  });

  it("shows of a search only the sections in which something was found", () => {
    const found = [section({ followUps: [followUp(1)] }), section({ view: "today" })];
    expect(linesOf(found, true, true).map(({ kind }) => kind)).toEqual(["heading", "followUp"]);
  });

  it("leaves the heading out where one view is shown alone", () => {
    expect(kinds([section({ followUps: [followUp(1)] })], false)).toEqual(["followUp"]);
  });

  it("keeps only the heading of a folded section", () => {
    expect(kinds([section({ followUps: [followUp(1)], collapsed: true })])).toEqual(["heading"]);
  });

  it("shows skeletons while the first page loads, and a failure when it did not come", () => {
    expect(new Set(kinds([section({ loading: true })], false))).toEqual(new Set(["skeleton"]));
    expect(kinds([section({ error: new Error("away") })], false)).toEqual(["failure"]);
  });

  it("keeps what is loaded when a later page fails", () => {
    expect(kinds([section({ followUps: [followUp(1)], error: new Error("away") })], false)).toEqual(["followUp"]);
  });

  it("ends with a line that loads more, while there is more", () => {
    expect(kinds([section({ followUps: [followUp(1)], hasMore: true })], false)).toEqual(["followUp", "more"]);
  });

  it("loads on, and is not empty, when all that was loaded is done", () => {
    expect(kinds([section({ hasMore: true })], false)).toEqual(["more"]);
  });
});

describe("viewOf", () => {
  const now = Date.parse("2026-03-03T22:30:00Z");

  it("is overdue at the due time, not a millisecond before", () => {
    expect(viewOf(followUp(1, { due_at: "2026-03-03T22:30:00Z" }), "UTC", now)).toBe("overdue");
    expect(viewOf(followUp(1, { due_at: "2026-03-03T22:30:00.001Z" }), "UTC", now)).toBe("today");
  });

  it("ends today at the midnight of the person's zone", () => {
    const due = followUp(1, { due_at: "2026-03-03T23:30:00Z" });
    expect(viewOf(due, "UTC", now)).toBe("today");
    expect(viewOf(due, "Europe/Berlin", now)).toBe("upcoming");
  });

  it("is completed whatever its due time", () => {
    expect(viewOf(followUp(1, { status: "completed" }), "UTC", now)).toBe("completed");
  });
});
