import { describe, expect, it } from "vitest";
import { nextMorning, presets } from "@/time/presets";

const BERLIN = "Europe/Berlin";
const days = (now: string, zone = BERLIN) => presets(zone, Date.parse(now)).map(({ label, at }) => [label, at]);

describe("presets", () => {
  it("counts working days from a Monday", () => {
    expect(days("2026-03-02T12:00:00Z")).toEqual([
      ["Tomorrow 09:00", "2026-03-03T08:00:00Z"],
      ["In 3 working days", "2026-03-05T08:00:00Z"],
      ["In a week", "2026-03-09T08:00:00Z"],
    ]);
  });

  it("goes over the weekend, and over a change of the clock, from a Friday", () => {
    expect(days("2026-03-27T12:00:00Z")).toEqual([
      ["Monday 09:00", "2026-03-30T07:00:00Z"],
      ["In 3 working days", "2026-04-01T07:00:00Z"],
      ["In a week", "2026-04-03T07:00:00Z"],
    ]);
  });

  it("lands on Monday from a Saturday, a week later as well", () => {
    expect(days("2026-03-07T12:00:00Z")).toEqual([
      ["Monday 09:00", "2026-03-09T08:00:00Z"],
      ["In 3 working days", "2026-03-11T08:00:00Z"],
      ["In a week", "2026-03-16T08:00:00Z"],
    ]);
  });

  it("says tomorrow on a Sunday", () => {
    expect(days("2026-03-08T12:00:00Z")[0]).toEqual(["Tomorrow 09:00", "2026-03-09T08:00:00Z"]);
  });

  it("asks for the weekday in the person's zone", () => {
    const now = Date.parse("2026-03-05T23:30:00Z"); // Friday in Auckland, Thursday in Honolulu
    expect(nextMorning("Pacific/Auckland", now)).toBe("2026-03-08T20:00:00Z");
    expect(nextMorning("Pacific/Honolulu", now)).toBe("2026-03-06T19:00:00Z");
  });
});
