import { describe, expect, it } from "vitest";
import { sortedBy, viewIn } from "@/features/team/view";

const view = (search: string) => viewIn(new URLSearchParams(search));

describe("what the team view shows", () => {
  it("begins with who has most overdue, and falls back on that", () => {
    const usual = { of: "", depth: "direct", sort: "overdue", order: "desc" };
    expect(view("")).toEqual(usual);
    expect(view("of=x&depth=3&sort=luck&order=up")).toEqual(usual);
    expect(view("of=7&depth=all&sort=oldest")).toEqual({ of: "7", depth: "all", sort: "oldest", order: "asc" });
  });

  it("turns round when the same column is chosen again", () => {
    expect(sortedBy(view(""), "overdue")).toEqual({ sort: "overdue", order: "asc" });
    expect(sortedBy(view("order=asc"), "overdue")).toEqual({ sort: "overdue", order: "desc" });
    expect(sortedBy(view(""), "on_time")).toEqual({ sort: "on_time", order: "asc" });
    expect(sortedBy(view("sort=name"), "moved")).toEqual({ sort: "moved", order: "desc" });
  });
});
