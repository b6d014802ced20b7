import { describe, expect, it } from "vitest";
import { apiFilters, EVERYTHING, filtersSet, isNarrowed, narrowingIn } from "@/features/escalations/filters";

const read = (address: string) => narrowingIn(new URLSearchParams(address));

describe("what the dashboard is narrowed to", () => {
  it("is nothing without parameters", () => {
    expect(read("")).toEqual(EVERYTHING);
    expect(isNarrowed(EVERYTHING)).toBe(false);
    expect(apiFilters(EVERYTHING)).toEqual({ assignee: "all" });
  });

  it("is what the address says", () => {
    const narrowing = read("q=acme&who=line:7&policy=3&kind=call&priority=high&tag=vip");
    expect(filtersSet(narrowing)).toBe(4);
    expect(apiFilters(narrowing)).toEqual({ q: "acme", assignee: "line:7", policy_id: 3, kind: "call", priority: "high", tag: "vip" });
  });

  it("is what follow-ups are worth, in a currency", () => {
    const narrowing = read("from=1000&to=x&currency=EUR");
    expect(filtersSet(narrowing)).toBe(1);
    expect(apiFilters(narrowing)).toEqual({ assignee: "all", value_from: "1000", currency: "EUR" });
    expect(read("from=1000")).toEqual(EVERYTHING);
  });

  it("leaves out what it cannot mean", () => expect(read("policy=x&priority=urgent&who=nobody")).toEqual(EVERYTHING));
});
