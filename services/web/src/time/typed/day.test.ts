import { expect, it } from "vitest";
import { dayWrittenOut, readDay, type TypedDay } from "@/time/typed";

/** Tuesday the 1st of December 2026, 15:00 in Berlin. */
const reading = { zone: "Europe/Berlin", now: Date.parse("2026-12-01T14:00:00Z"), dayFirst: true };
const day = (typed: TypedDay) => (typed.kind === "day" ? typed.day : typed.kind);

it.each([
  ["today", "2026-12-01"],
  ["tue", "2026-12-01"], // also in the afternoon
  ["mon", "2026-12-07"],
  ["in 2 weeks", "2026-12-15"],
  ["3/4", "2027-04-03"],
  ["24.12.", "2026-12-24"],
  ["2027-01-06", "2027-01-06"],
  ["Sun 6 Dec 2026", "2026-12-06"],
  ["Mon 6 Dec 2026", "otherWeekday"],
  ["29.2.2027", "noSuchDay"],
  ["xyz", "unknown"],
  ["in 3 working days", "unknown"],
  [" ", "empty"],
])("reads “%s” as the day %s", (text, expected) => {
  expect(day(readDay(text, reading))).toBe(expected);
});

it("takes the person's order of day and month, and the past where it is about that", () => {
  expect(day(readDay("3/4", { ...reading, dayFirst: false }))).toBe("2027-03-04");
  expect(day(readDay("3 Nov", { ...reading, past: true }))).toBe("2026-11-03");
  expect(day(readDay("yesterday", { ...reading, past: true }))).toBe("2026-11-30");
});

it("reads what it writes", () => {
  expect(dayWrittenOut("2026-12-08")).toBe("Tue 8 Dec 2026");
  expect(day(readDay(dayWrittenOut("2026-12-08"), reading))).toBe("2026-12-08");
});
