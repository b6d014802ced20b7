import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fromWallTime, localTimeIn, wallTime } from "@/time/zone";

describe("wall times", () => {
  it("shows a moment on the zone's clock, and takes it back", () => {
    expect(wallTime("2026-03-03T12:00:00Z", "Asia/Kolkata")).toBe("2026-03-03 17:30:00");
    expect(fromWallTime("2026-03-03 17:30:00", "Asia/Kolkata")).toBe("2026-03-03T12:00:00Z");
    expect(fromWallTime("2026-07-03 09:00:00", "America/New_York")).toBe("2026-07-03T13:00:00Z");
    expect(fromWallTime("2026-01-01 00:15:00", "Pacific/Auckland")).toBe("2025-12-31T11:15:00Z");
  });

  it("counts on across an hour that the clock jumps over", () => {
    expect(fromWallTime("2026-03-29 02:30:00", "Europe/Berlin")).toBe("2026-03-29T01:30:00Z");
  });

  it("takes the first of an hour that comes twice", () => {
    expect(fromWallTime("2026-10-25 02:30:00", "Europe/Berlin")).toBe("2026-10-25T00:30:00Z");
  });

  it.each(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"])(
    "goes there and back all through a year in %s",
    (zone) => {
      for (let moment = Date.UTC(2026, 0, 1); moment < Date.UTC(2027, 0, 1); moment += 31 * 3_600_000) {
        const wall = wallTime(moment, zone);
        expect(wallTime(fromWallTime(wall, zone), zone)).toBe(wall);
      }
    },
  );
});

describe("localTimeIn", () => {
  it("means the person's tomorrow, also where it is another day already", () => {
    const now = Date.parse("2026-03-03T23:30:00Z");
    expect(localTimeIn(1, "09:00", "UTC", now)).toBe("2026-03-04T09:00:00Z");
    expect(localTimeIn(1, "09:00", "Europe/Berlin", now)).toBe("2026-03-05T08:00:00Z");
  });

  it("keeps the hour when the clock changes in between", () => {
    const now = Date.parse("2026-03-28T12:00:00Z");
    expect(localTimeIn(1, "09:00", "Europe/Berlin", now)).toBe("2026-03-29T07:00:00Z");
  });
});

describe("an hour that comes twice", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(["2026-07-01T12:00:00Z", "2026-12-01T12:00:00Z"])("is the first one, also seen on %s", (today) => {
    vi.setSystemTime(today);
    expect(fromWallTime("2026-10-25 02:30:00", "Europe/Berlin")).toBe("2026-10-25T00:30:00Z");
    expect(fromWallTime("2026-11-01 01:30:00", "America/New_York")).toBe("2026-11-01T05:30:00Z");
  });

  it("is another one for dayjs' plug-in in winter, which is why it is not used", () => {
    dayjs.extend(utc);
    dayjs.extend(timezone);
    vi.setSystemTime("2026-12-01T12:00:00Z");
    expect(dayjs.tz("2026-10-25 02:30:00", "Europe/Berlin").toISOString()).toBe("2026-10-25T01:30:00.000Z");
  });
});
