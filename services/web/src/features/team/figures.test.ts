import { describe, expect, it } from "vitest";
import { doneList, listOf, monthList } from "@/features/team/figures";

const SINCE = { week_from: "2026-03-01T23:00:00Z", month_from: "2026-02-28T23:00:00Z" };

describe("the list of a figure", () => {
  it("is one of the person's", () => {
    expect(listOf("open", 3)).toBe("/followups?who=3");
    expect(listOf("overdue", 3)).toBe("/followups?who=3&view=overdue");
    expect(listOf("escalated", 3)).toBe("/followups?who=3&severity=escalated");
    expect(listOf("moved", 3)).toBe("/followups?who=3&moved=1");
    expect(listOf("waiting", 3)).toBe("/followups?who=3&held=waiting");
  });

  it("begins with the week or the month of the answer", () => {
    expect(doneList(3, SINCE)).toBe("/followups?who=3&view=completed&done_from=2026-03-01T23%3A00%3A00Z");
    expect(monthList(3, SINCE, true)).toContain("done_from=2026-02-28T23%3A00%3A00Z&on_time=true");
    expect(monthList(3, SINCE, false)).toContain("on_time=false");
  });
});
