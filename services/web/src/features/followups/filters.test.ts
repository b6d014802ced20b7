import { describe, expect, it } from "vitest";
import { apiFilters, parseFilters, viewsOf } from "@/features/followups/filters";

const parse = (search: string, usual = "all") => parseFilters(new URLSearchParams(search), usual);

describe("filters of the address", () => {
  it("take what they know", () => {
    expect(parse("view=today&who=12&subject=7&q=acme")).toEqual({ tab: "today", who: "12", subject: "7", q: "acme" });
  });

  it("fall back on what is usual for what they do not know", () => {
    expect(parse("view=nonsense&who=<b>&subject=-1", "me")).toEqual({ tab: "open", who: "all", subject: "", q: "" });
    expect(parse("", "team").who).toBe("team");
    expect(parse("who=line:7").who).toBe("line:7");
    expect(parse("who=line:x").who).toBe("all");
  });

  it("become the API's", () => {
    expect(apiFilters(parse("who=me"))).toEqual({ assignee: "me", subject_id: undefined, q: undefined });
    expect(viewsOf("open")).toEqual(["overdue", "today", "upcoming"]);
    expect(viewsOf("completed")).toEqual(["completed"]);
  });
});
