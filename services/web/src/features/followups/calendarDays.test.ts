import { describe, expect, it } from "vitest";
import type { FollowUp, FollowUpDay } from "@/api/types";
import { boundsOf, dayIn, daysShown, movedTo, turned, withMoved } from "@/features/followups/calendarDays";

it("reads a day that exists from the address", () => {
  const read = (day: string) => dayIn(new URLSearchParams({ day }));
  expect(read("2028-02-29")).toBe("2028-02-29");
  expect(["2026-02-29", "1200-01-01", "2026-13-01", "today", ""].map(read)).toEqual(["", "", "", "", ""]);
});

describe("the days of a month", () => {
  it("are whole weeks, by the first day of the week", () => {
    const november = daysShown("month", "2026-11-15", 1);
    expect([november[0], november.at(-1), november.length]).toEqual(["2026-10-26", "2026-12-06", 42]);
    const sunday = daysShown("month", "2026-11-15", 0);
    expect([sunday[0], sunday.at(-1), sunday.length]).toEqual(["2026-11-01", "2026-12-05", 35]);
    expect(daysShown("month", "2026-02-28", 0)).toHaveLength(28);
    expect(daysShown("month", "2028-02-29", 6).at(-1)).toBe("2028-03-03");
  });

  it("are one week of a week", () => {
    expect(daysShown("week", "2026-11-01", 1)).toEqual(["26", "27", "28", "29", "30", "31"].map((d) => `2026-10-${d}`).concat("2026-11-01"));
  });

  it("turn to the month or week before and after", () => {
    expect(turned("month", "2026-12-31", 1)).toBe("2027-01-01");
    expect(turned("month", "2026-03-31", -1)).toBe("2026-02-01");
    expect(turned("week", "2026-03-01", -1)).toBe("2026-02-22");
  });
});

it("has as many hours as the clocks give it", () => {
  expect(boundsOf("2026-03-29", "Europe/Berlin")).toEqual(["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]);
});

describe("a move to another day", () => {
  it("keeps the local time over a clock change", () => {
    expect(movedTo("2026-03-27T08:30:00Z", "2026-03-30", "Europe/Berlin")).toBe("2026-03-30T07:30:00Z");
    expect(movedTo("2026-10-23T07:30:15Z", "2026-10-26", "Europe/Berlin")).toBe("2026-10-26T08:30:15Z");
  });

  it("takes a time that is skipped as if it were not, and of one that comes twice the first", () => {
    expect(movedTo("2026-03-28T01:30:00Z", "2026-03-29", "Europe/Berlin")).toBe("2026-03-29T01:30:00Z");
    expect(movedTo("2026-10-24T00:30:00Z", "2026-10-25", "Europe/Berlin")).toBe("2026-10-25T00:30:00Z");
  });

  it("is none to the day on which it is, in the person's zone", () => {
    expect(movedTo("2026-03-27T23:30:00Z", "2026-03-28", "Europe/Berlin")).toBeNull();
    expect(movedTo("2026-03-27T23:30:00Z", "2026-03-28", "UTC")).toBe("2026-03-28T23:30:00Z");
  });

  it("shows it there at once, in its place", () => {
    const one = (id: number, due_at: string) => ({ id, due_at }) as FollowUp;
    const day = (name: string, items: FollowUp[]): FollowUpDay => ({ day: name, closed: false, count: items.length, at_least: false, items });
    const late = one(2, "2026-03-03T15:00:00Z");
    const days = [day("2026-03-02", [one(1, "2026-03-02T09:00:00Z")]), day("2026-03-03", [late])];
    const [from, to] = withMoved(days, one(1, "2026-03-03T09:00:00Z"), "2026-03-02", "2026-03-03", 4);
    expect([from?.count, from?.items]).toEqual([0, []]);
    expect([to?.count, to?.items.map(({ id }) => id)]).toEqual([2, [1, 2]]);
    const [, full] = withMoved(days, one(1, "2026-03-03T18:00:00Z"), "2026-03-02", "2026-03-03", 1);
    expect([full?.count, full?.items]).toEqual([2, [late]]);
  });
});
