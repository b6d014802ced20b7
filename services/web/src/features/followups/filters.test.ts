import { describe, expect, it } from "vitest";
import { apiFilters, isNarrowed, listFilters, NO_FACTS, parseFilters, viewsOf } from "@/features/followups/filters";

const parse = (search: string, usual = "all") => parseFilters(new URLSearchParams(search), usual);

describe("filters of the address", () => {
  it("take what they know", () => {
    expect(parse("view=today&who=12&subject=7&q=acme")).toEqual({ tab: "today", who: "12", subject: "7", q: "acme", sort: "", group: "", look: "", ...NO_FACTS });
  });

  it("fall back on what is usual for what they do not know", () => {
    expect(parse("view=nonsense&who=<b>&subject=-1", "me")).toEqual({ tab: "open", who: "all", subject: "", q: "", sort: "", group: "", look: "", ...NO_FACTS });
    expect(parse("", "team").who).toBe("team");
    expect(parse("who=line:7").who).toBe("line:7");
    expect(parse("who=line:x").who).toBe("all");
  });

  it("take a kind, a priority, a tag and an amount, which needs its currency", () => {
    const facts = { kind: "call", priority: "high", tag: "vip", from: "1000", to: "2000.50", currency: "EUR" };
    const search = String(new URLSearchParams(facts));
    expect(parse(search)).toMatchObject(facts);
    expect(apiFilters(parse(search))).toMatchObject({
      ...{ kind: "call", priority: "high", tag: "vip" },
      ...{ value_from: "1000", value_to: "2000.50", currency: "EUR" },
    });
    expect(parse("priority=urgent&from=1000&to=-1&currency=euro")).toMatchObject(NO_FACTS);
    const worth = apiFilters(parse("currency=EUR&from=x"));
    expect(worth).toMatchObject({ currency: "EUR" });
    expect(worth).not.toHaveProperty("value_from");
  });

  it("take how follow-ups went, as the team view asks for it", () => {
    const went = { severity: "escalated", moved: "2", done_from: "2026-03-01T23:00:00Z", on_time: "false", told: "812" };
    const search = String(new URLSearchParams(went));
    expect(parse(search)).toMatchObject(went);
    expect(apiFilters(parse(search))).toMatchObject({
      ...{ severity_min: "escalated", moved_min: 2, completed_from: "2026-03-01T23:00:00Z", on_time: false },
      summed_up_by: 812,
    });
    expect(parse("severity=grave&moved=0&done_from=today&on_time=yes&told=-1")).toMatchObject(NO_FACTS);
    for (const [name, value] of Object.entries(went)) expect(isNarrowed(parse(`${name}=${value}`))).toBe(true);
  });

  it("say whether they narrow a list", () => {
    expect(isNarrowed(parse("who=12&view=today"))).toBe(false);
    for (const search of ["q=a", "subject=7", "kind=call", "priority=low", "tag=vip", "currency=EUR&from=1"])
      expect(isNarrowed(parse(search))).toBe(true);
  });

  it("become the API's", () => {
    expect(apiFilters(parse("who=me"))).toEqual({ assignee: "me", subject_id: undefined, q: undefined });
    expect(viewsOf(parse(""))).toEqual(["overdue", "today", "upcoming"]);
    expect(viewsOf(parse("view=completed&sort=kind"))).toEqual(["completed"]);
  });

  it("take when they are due and whom they are about", () => {
    const due = { due_from: "2026-03-01T23:00:00Z", due_before: "2026-03-08T23:00:00Z", about: "nobody" };
    const asked = parse(String(new URLSearchParams(due)));
    expect(asked).toMatchObject(due);
    expect(apiFilters(asked)).toMatchObject({ due_from: due.due_from, due_before: due.due_before, has_subject: false });
    const week = apiFilters(parse("due=next_week&due_from=2026-03-01T23:00:00Z"));
    expect(week).toMatchObject({ due_in: "next_week" });
    expect(week).not.toHaveProperty("due_from");
    expect(parse("due=some_week&due_from=today&about=me&due_before=2026-03-01")).toMatchObject(NO_FACTS);
    for (const search of ["due=this_week", "due_from=2026-03-01T23:00:00Z", "about=somebody"]) expect(isNarrowed(parse(search))).toBe(true);
  });

  it("have an order, in which what is open is one list", () => {
    expect(listFilters(parse("sort=-changed"))).toMatchObject({ sort: "-changed" });
    expect(listFilters(parse("group=day&sort=priority"))).toMatchObject({ sort: "due" });
    expect(listFilters(parse("group=subject"))).toMatchObject({ sort: "subject" });
    expect(listFilters(parse("view=completed&group=subject"))).not.toHaveProperty("sort");
    expect(listFilters(parse("sort=title&group=colour"))).not.toHaveProperty("sort");
    expect(viewsOf(parse("sort=priority"))).toEqual(["open"]);
    expect(viewsOf(parse("view=today&group=kind"))).toEqual(["today"]);
  });
});
