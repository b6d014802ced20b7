import { expect, test } from "vitest";
import { onClock, presetOf, presetsFor, rule } from "@/features/followups/repeats";

const MONDAY_EVENING = "2026-11-30T19:00:00Z"; // 20:00 in Berlin, Tuesday in Auckland

test("a rule that names a weekday says on whose clock it is that weekday", () => {
  const weekly = presetsFor(MONDAY_EVENING, "Europe/Berlin").find(({ name }) => name === "week")?.rule;
  expect(weekly && onClock(weekly, "Europe/Berlin")).toMatchObject({ weekdays: [1], time_zone: "Europe/Berlin" });
});

test("a rule of working days or from completion is on its assignee's clock", () => {
  const chosenBefore = { time_zone: "Europe/Berlin" };
  const working = rule({ unit: "working_day", ...chosenBefore });
  const after = rule({ unit: "week", counted_from: "completion", ...chosenBefore });
  expect([working, after].map((each) => onClock(each, "Europe/Berlin").time_zone)).toEqual([null, null]);
});

test("a rule with a time of day keeps its clock", () => {
  const told = rule({ unit: "week", weekdays: [2], at: "08:00", time_zone: "Pacific/Auckland" });
  expect(onClock(told, "Europe/Berlin")).toBe(told);
});

test("a rule that was stored with the time of its follow-up is the preset that it was", () => {
  const stored = rule({ unit: "week", weekdays: [1], at: "20:00", time_zone: "Europe/Berlin" });
  expect(presetOf(stored, MONDAY_EVENING, "2026-11-02", "Pacific/Auckland")?.name).toBe("week");
  expect(presetOf({ ...stored, at: "08:00" }, MONDAY_EVENING, "2026-11-02", "Europe/Berlin")).toBeUndefined();
});

test("a rule is the preset that it was where one has moved off a closed day", () => {
  const monthly = rule({ unit: "month", day: 1, at: "20:00", time_zone: "Europe/Berlin" });
  expect(presetOf(monthly, MONDAY_EVENING, "2026-10-01", "UTC")?.label).toBe("Every month on day 1");
});

test("a rule that leaves its day to the first one is the preset of that day", () => {
  const stored = { at: "20:00", time_zone: "Europe/Berlin" };
  const labels = (["week", "month"] as const).map((unit) => presetOf(rule({ unit, ...stored }), MONDAY_EVENING, "2026-11-09", "UTC")?.label);
  expect(labels).toEqual(["Every week on Monday", "Every month on day 9"]);
});
