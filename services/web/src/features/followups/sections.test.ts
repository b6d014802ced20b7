import { describe, expect, it } from "vitest";
import { countedIn, linesOf, uncountedIn, viewOf, type Section } from "@/features/followups/sections";
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

describe("groups", () => {
  const groupOf = ({ priority }: { priority: string }) => priority;
  const rows = [followUp(1, { priority: "high" }), followUp(2, { priority: "high" }), followUp(3, { priority: "low" })];
  const counts = (hasMore: boolean) =>
    linesOf([section({ followUps: rows, hasMore })], false, false, groupOf).flatMap((line) => (line.kind === "group" ? [line.count] : []));

  it("have a heading each, above those that come one after another", () => {
    const lines = linesOf([section({ followUps: rows })], false, false, groupOf);
    expect(lines.map(({ kind }) => kind)).toEqual(["group", "followUp", "followUp", "group", "followUp"]);
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
  });

  it("are counted as soon as no more of them can come", () => {
    expect(counts(false)).toEqual([2, 1]);
    expect(counts(true)).toEqual([2, undefined]);
  });
});

describe("countedIn", () => {
  it("adds up what is open", () => {
    const counts = { overdue: 4, today: 2, upcoming: 30, at_least: ["upcoming" as const], as_of: "" };
    expect(countedIn(counts, "open")).toBe(36);
    expect(countedIn(counts, "today")).toBe(2);
    expect(countedIn(counts, "completed")).toBeUndefined();
    expect(uncountedIn(counts, "open")).toBe(true);
    expect(uncountedIn(counts, "today")).toBe(false);
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
