import { afterEach } from "vitest";
import { describe, expect, it } from "vitest";
import { setPreferences } from "@/time/preferences";
import { ago, calendar, dayNumber, dueText, duration, hours, inZone, onCalendar, workingTime } from "@/time/format";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-03-03T12:00:00Z");

const before = (length: number) => new Date(NOW - length).toISOString();
const after = (length: number) => new Date(NOW + length).toISOString();

describe("duration", () => {
  it.each([
    [0, "less than a minute"],
    [MINUTE - 1, "less than a minute"],
    [MINUTE, "1 min"],
    [HOUR - 1, "59 min"],
    [HOUR, "1 h"],
    [3 * HOUR + 20 * MINUTE, "3 h 20 min"],
    [6 * HOUR + 20 * MINUTE, "6 h"],
    [DAY - 1, "23 h"],
    [DAY, "1 day"],
    [2 * DAY + 3 * HOUR, "2 days 3 h"],
    [8 * DAY + 3 * HOUR, "8 days"],
    [29 * DAY, "29 days"],
    [35 * DAY, "5 weeks"],
    [100 * DAY, "3 months"],
    [800 * DAY, "2 years"],
  ])("says %i ms as %s", (length, words) => {
    expect(duration(length)).toBe(words);
  });

  it("takes the hours of an escalation", () => {
    expect(hours(51.25)).toBe("2 days 3 h");
  });
});

describe("dueText", () => {
  it("says how overdue something is, and how long is left", () => {
    expect(dueText(before(2 * DAY + 3 * HOUR), NOW)).toBe("2 days 3 h overdue");
    expect(dueText(before(8 * DAY + 8 * HOUR), NOW)).toBe("8 days 8 h overdue");
    expect(dueText(before(92 * DAY), NOW)).toBe("92 days overdue");
    expect(dueText(after(40 * MINUTE), NOW)).toBe("in 40 min");
  });

  it("is due now within the first minute", () => {
    expect(dueText(before(0), NOW)).toBe("due now");
    expect(dueText(before(MINUTE - 1), NOW)).toBe("due now");
    expect(dueText(before(MINUTE), NOW)).toBe("1 min overdue");
  });
});

describe("ago", () => {
  it("uses whole units, in both directions", () => {
    expect(ago(before(20_000), NOW)).toBe("just now");
    expect(ago(before(5 * MINUTE + 10_000), NOW)).toBe("5 min ago");
    expect(ago(before(3 * HOUR + 20 * MINUTE), NOW)).toBe("3 h ago");
    expect(ago(before(2 * DAY + 3 * HOUR), NOW)).toBe("2 days ago");
    expect(ago(after(DAY + HOUR), NOW)).toBe("in 1 day");
  });
});

describe("times in a person's zone", () => {
  const late = "2026-03-03T23:30:00Z";

  it("fit into a sentence", () => {
    expect(onCalendar(late, "UTC", NOW)).toBe("today at 23:30");
    expect(onCalendar(late, "Europe/Berlin", NOW)).toBe("tomorrow at 00:30");
    expect(onCalendar("2026-03-06T09:00:00Z", "UTC", NOW)).toBe("on Fri 6 Mar, 09:00");
  });

  it("names the neighbouring days by the zone's calendar", () => {
    expect(calendar(late, "UTC", NOW)).toBe("Today 23:30");
    expect(calendar(late, "Europe/Berlin", NOW)).toBe("Tomorrow 00:30");
    expect(calendar("2026-03-03T03:00:00Z", "America/New_York", NOW)).toBe("Yesterday 22:00");
    expect(calendar("2026-03-06T09:00:00Z", "UTC", NOW)).toBe("Fri 6 Mar, 09:00");
    expect(calendar("2027-03-06T09:00:00Z", "UTC", NOW)).toBe("Sat 6 Mar 2027, 09:00");
  });

  it("takes the year from the zone's calendar, as the day", () => {
    expect(calendar("2026-12-31T23:30:00Z", "Asia/Tokyo", NOW)).toBe("Fri 1 Jan 2027, 08:30");
    expect(calendar("2027-01-01T02:00:00Z", "America/New_York", NOW)).toBe("Thu 31 Dec, 21:00");
  });

  it("tells the exact time with the zone", () => {
    expect(inZone(late, "Europe/Berlin", "exact")).toMatch(/Wednesday,? 4 March 2026 at 00:30 (CET|GMT\+1)/);
  });

  it("numbers days by the zone's midnight", () => {
    expect(dayNumber(late, "Europe/Berlin") - dayNumber(late, "UTC")).toBe(1);
  });
});

describe("times as a person has them written", () => {
  const usual = { clock: "24h", date_order: "day-month", week_start: "monday" } as const;
  afterEach(() => setPreferences(usual));

  it.each([
    [usual, "Fri 6 Mar, 14:30", "14:30"],
    [{ ...usual, clock: "12h" }, /^Fri 6 Mar, 2:30.pm$/i, /^2:30.pm$/i],
    [{ ...usual, date_order: "month-day" }, "Fri, Mar 6, 14:30", "14:30"],
    [{ ...usual, clock: "12h", date_order: "month-day" }, /^Fri, Mar 6, 2:30.PM$/, /^2:30.PM$/],
  ] as const)("with %o", (chosen, day, time) => {
    setPreferences(chosen);
    const said = calendar("2026-03-06T14:30:00Z", "UTC", NOW);
    expect(said).toEqual(day instanceof RegExp ? expect.stringMatching(day) : day);
    expect(inZone("2026-03-06T14:30:00Z", "UTC", "time")).toEqual(time instanceof RegExp ? expect.stringMatching(time) : time);
  });

  it("has midnight and noon on both clocks", () => {
    setPreferences({ ...usual, clock: "12h" });
    expect(inZone("2026-03-06T00:05:00Z", "UTC", "time")).toMatch(/^12:05.am$/i);
    expect(inZone("2026-03-06T12:05:00Z", "UTC", "time")).toMatch(/^12:05.pm$/i);
  });
});

describe("workingTime", () => {
  it("is whole working days and hours, or what there is of them", () => {
    expect(workingTime({ days: 2, hours: 3.75 })).toBe("2 working days 3 h");
    expect(workingTime({ days: 1, hours: 0.9 })).toBe("1 working day");
    expect(workingTime({ days: 0, hours: 7.5 })).toBe("7 h of working time");
    expect(workingTime({ days: 0, hours: 0.5 })).toBe("30 min of working time");
    expect(workingTime({ days: 0, hours: 0 })).toBe("no working time yet");
  });
});
