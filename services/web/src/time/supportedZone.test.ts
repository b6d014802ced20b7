import { afterEach, expect, it, vi } from "vitest";
import { browserZone, isSupportedZone, supportedZone } from "@/time/supportedZone";
import { calendar, dayNumber } from "@/time/format";
import { fromWallTime, wallTime } from "@/time/zone";

afterEach(() => {
  vi.restoreAllMocks();
});

it.each(["localtime", "Etc/Unknown", "Mars/Olympus", ""])("shows times in UTC where %j is unknown", (zone) => {
  const at = "2026-03-03T22:30:00Z";
  expect(isSupportedZone(zone)).toBe(false);
  expect(supportedZone(zone)).toBe("UTC");
  expect(wallTime(at, zone)).toBe("2026-03-03 22:30:00");
  expect(fromWallTime("2026-03-03 22:30:00", zone)).toBe(at);
  expect(calendar(at, zone, Date.parse(at))).toBe("Today 22:30");
  expect(dayNumber(at, zone)).toBe(dayNumber(at, "UTC"));
});

it.each([
  ["Etc/Unknown", "UTC"],
  ["localtime", "UTC"],
  ["Europe/Berlin", "Europe/Berlin"],
])("offers for somebody new, in a browser in %s: %s", (own, offered) => {
  const options = Intl.DateTimeFormat().resolvedOptions();
  vi.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions").mockReturnValue({ ...options, timeZone: own });
  expect(browserZone()).toBe(offered);
});
