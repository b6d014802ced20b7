import { describe, expect, it } from "vitest";
import { readTyped, writtenOut } from "@/time/typed";

// Sunday, 16:20 in Berlin.
const NOW = "2026-11-29T15:20:00Z";
const BERLIN = "Europe/Berlin";

interface Given {
  now?: string;
  zone?: string;
  dayFirst?: boolean;
  morning?: string;
}

/** What is understood, on the person's clock: "2026-12-01 15:00"; else in a word. */
function understood(text: string, { now = NOW, zone = BERLIN, dayFirst = true, morning }: Given = {}): string {
  const typed = readTyped(text, { zone, now: Date.parse(now), dayFirst, ...(morning && { morning }) });
  switch (typed.kind) {
    case "moment":
      return typed.at;
    case "workingDays":
      return `${typed.days} working days${typed.time ? ` ${typed.time}` : ""}`;
    case "unknown":
      return `? ${typed.part}`;
    case "otherWeekday":
      return `not ${typed.day}`;
    default:
      return typed.kind;
  }
}

/** Times are UTC: Berlin is an hour ahead in winter. */
const TABLE: [string, string][] = [
  // Days by name
  ["today", "2026-11-29T08:00:00Z"],
  ["tomorrow", "2026-11-30T08:00:00Z"],
  ["Tomorrow", "2026-11-30T08:00:00Z"],
  ["tmr 8:15", "2026-11-30T07:15:00Z"],
  ["tomorrow at 3pm", "2026-11-30T14:00:00Z"],
  ["3pm tomorrow", "2026-11-30T14:00:00Z"],
  ["tomorrow noon", "2026-11-30T11:00:00Z"],
  ["tomorrow morning", "2026-11-30T08:00:00Z"],
  ["tomorrow afternoon", "2026-11-30T13:00:00Z"],
  ["tomorrow in the evening", "2026-11-30T17:00:00Z"],
  ["day after tomorrow", "2026-12-01T08:00:00Z"],
  ["the day after tomorrow, 10 am", "2026-12-01T09:00:00Z"],
  ["yesterday", "2026-11-28T08:00:00Z"],
  ["tonight", "2026-11-29T19:00:00Z"],
  ["today eod", "2026-11-29T16:00:00Z"],
  ["end of day", "2026-11-29T16:00:00Z"],
  // Weekdays: the next to come
  ["mon", "2026-11-30T08:00:00Z"],
  ["tue 3pm", "2026-12-01T14:00:00Z"],
  ["Tue 3 PM", "2026-12-01T14:00:00Z"],
  ["tues at 15:30", "2026-12-01T14:30:00Z"],
  ["on wednesday", "2026-12-02T08:00:00Z"],
  ["this thursday", "2026-12-03T08:00:00Z"],
  ["by friday noon", "2026-12-04T11:00:00Z"],
  ["sat", "2026-12-05T08:00:00Z"],
  ["sun", "2026-12-06T08:00:00Z"],
  ["sunday 18:00", "2026-11-29T17:00:00Z"],
  ["sunday 16:00", "2026-12-06T15:00:00Z"],
  ["next tue", "2026-12-01T08:00:00Z"],
  ["next sunday", "2026-12-06T08:00:00Z"],
  ["monday next week", "2026-11-30T08:00:00Z"],
  ["next week friday 10:00", "2026-12-04T09:00:00Z"],
  ["15h tue", "? tue"],
  ["tue 15h", "2026-12-01T14:00:00Z"],
  ["tue 15h30", "2026-12-01T14:30:00Z"],
  ["tue at 9", "2026-12-01T08:00:00Z"],
  ["tue at 3", "? 3"],
  // Times alone: the next on the clock
  ["17:00", "2026-11-29T16:00:00Z"],
  ["3pm", "2026-11-30T14:00:00Z"],
  ["at 8", "2026-11-30T07:00:00Z"],
  ["4:21pm", "2026-11-29T15:21:00Z"],
  ["4.20 pm", "2026-11-30T15:20:00Z"],
  ["15.30", "2026-11-30T14:30:00Z"],
  ["noon", "2026-11-30T11:00:00Z"],
  ["midnight", "2026-11-29T23:00:00Z"],
  ["12am", "2026-11-29T23:00:00Z"],
  ["12pm", "2026-11-30T11:00:00Z"],
  ["tue 12am", "2026-11-30T23:00:00Z"],
  ["tue 12:30am", "2026-11-30T23:30:00Z"],
  ["tue 24:00", "2026-12-01T23:00:00Z"],
  ["tue 0:00", "2026-11-30T23:00:00Z"],
  ["24:30", "? 24:30"],
  ["13pm", "? 13pm"],
  ["9:75", "? 9:75"],
  // Lengths
  ["in 2 weeks", "2026-12-13T08:00:00Z"],
  ["in two weeks at 3pm", "2026-12-13T14:00:00Z"],
  ["2 weeks from now", "2026-12-13T08:00:00Z"],
  ["2w", "2026-12-13T08:00:00Z"],
  ["+3d", "2026-12-02T08:00:00Z"],
  ["in 3 days 10:30", "2026-12-02T09:30:00Z"],
  ["in a week", "2026-12-06T08:00:00Z"],
  ["in a month", "2026-12-29T08:00:00Z"],
  ["in 3 months", "2027-02-28T08:00:00Z"],
  ["in a year", "2027-11-29T08:00:00Z"],
  ["in 2 hours", "2026-11-29T17:20:00Z"],
  ["in an hour", "2026-11-29T16:20:00Z"],
  ["2h", "2026-11-29T17:20:00Z"],
  ["30 min", "2026-11-29T15:50:00Z"],
  ["in 1 hour 30 minutes", "2026-11-29T16:50:00Z"],
  ["in 2 hours at 3pm", "? 3pm"],
  ["next week", "2026-11-30T08:00:00Z"],
  ["next month", "2026-12-01T08:00:00Z"],
  ["next year", "2027-11-29T08:00:00Z"],
  ["next day", "2026-11-30T08:00:00Z"],
  ["end of month", "2026-11-30T08:00:00Z"],
  ["eom 5pm", "2026-11-30T16:00:00Z"],
  ["in 3 working days", "3 working days"],
  ["3 business days", "3 working days"],
  ["in 5 workdays at 3pm", "5 working days 15:00"],
  ["next working day", "1 working days"],
  ["2wd", "2 working days"],
  ["in 0 working days", "? in"],
  // Dates
  ["29.11. 15:30", "2026-11-29T14:30:00Z"],
  ["29.11. 18:30", "2026-11-29T17:30:00Z"],
  ["30.11.", "2026-11-30T08:00:00Z"],
  ["30.11", "2026-11-30T08:00:00Z"],
  ["28.11.", "2027-11-28T08:00:00Z"],
  ["2.1.", "2027-01-02T08:00:00Z"],
  ["2. 1. 2027", "2027-01-02T08:00:00Z"],
  ["2.1.27", "2027-01-02T08:00:00Z"],
  ["2.1.27 8:00", "2027-01-02T07:00:00Z"],
  ["2.12. 10 am", "2026-12-02T09:00:00Z"],
  ["2.12. 15.30", "2026-12-02T14:30:00Z"],
  ["11/30 3pm", "2026-11-30T14:00:00Z"],
  ["30/11 3pm", "2026-11-30T14:00:00Z"],
  ["03/04", "2027-04-03T07:00:00Z"],
  ["3/4/2028", "2028-04-03T07:00:00Z"],
  ["2026-12-02", "2026-12-02T08:00:00Z"],
  ["2026-12-02 15:30", "2026-12-02T14:30:00Z"],
  ["2026-12-02T15:30", "2026-12-02T14:30:00Z"],
  ["2 dec", "2026-12-02T08:00:00Z"],
  ["2nd December", "2026-12-02T08:00:00Z"],
  ["2nd of december 2027", "2027-12-02T08:00:00Z"],
  ["dec 2", "2026-12-02T08:00:00Z"],
  ["Dec. 2nd, 2027, 3pm", "2027-12-02T14:00:00Z"],
  ["dec 2 15:30", "2026-12-02T14:30:00Z"],
  ["the 5th", "2026-12-05T08:00:00Z"],
  ["30th", "2026-11-30T08:00:00Z"],
  ["31st", "2026-12-31T08:00:00Z"],
  ["Wed 2 Dec 2026, 15:30", "2026-12-02T14:30:00Z"],
  ["2 dec wed", "2026-12-02T08:00:00Z"],
  ["Tue 2 Dec 2026", "not 2026-12-02"],
  ["29 feb", "2028-02-29T08:00:00Z"],
  ["29.2.2028", "2028-02-29T08:00:00Z"],
  ["29.2.2027", "noSuchDay"],
  ["31 nov", "? 31"],
  ["31.4.", "? 31.4."],
  ["1.1.2020", "2020-01-01T08:00:00Z"],
  // A clock that changes
  ["28.3.2027 02:30", "2027-03-28T01:30:00Z"],
  ["28.3.2027", "2027-03-28T07:00:00Z"],
  ["31.10.2027 02:30", "2027-10-31T00:30:00Z"],
  ["in 5 months", "2027-04-29T07:00:00Z"],
  // What means nothing
  ["", "empty"],
  ["  ", "empty"],
  ["soon", "? soon"],
  ["tomorrow tuesday", "? tuesday"],
  ["tue wed", "? wed"],
  ["3pm 4pm", "? 4pm"],
  ["tomorow", "? tomorow"],
  ["tue foo 3pm", "? foo"],
  ["at", "? at"],
  ["december", "? december"],
  ["1.1.1820", "? 1.1.1820"],
  ["call acme on tuesday", "? call"],
];

describe("a typed date", () => {
  it.each(TABLE)("“%s” is %s", (text, expected) => {
    expect(understood(text)).toBe(expected);
  });

  it("is tested with a table of more than a hundred", () => {
    expect(TABLE.length).toBeGreaterThan(100);
  });

  it.each([
    ["03/04", "2027-03-04T08:00:00Z"],
    ["11/30 3pm", "2026-11-30T14:00:00Z"],
    ["30/11", "2026-11-30T08:00:00Z"],
    ["3/4/28", "2028-03-04T08:00:00Z"],
    ["4.3.", "2027-03-04T08:00:00Z"],
  ])("“%s” has the month first where that is the order: %s", (text, expected) => {
    expect(understood(text, { dayFirst: false })).toBe(expected);
  });

  it.each([
    // New York's clock jumps from 2 to 3 on the 14th of March, and shows 1:30 twice on the 7th of November.
    ["14.3.2027 2:30", { zone: "America/New_York" }, "2027-03-14T07:30:00Z"],
    ["7.11.2027 1:30", { zone: "America/New_York" }, "2027-11-07T05:30:00Z"],
    ["tomorrow", { zone: "America/New_York" }, "2026-11-30T14:00:00Z"],
    // It is Monday already in Auckland, and still Saturday in Pago Pago.
    ["today", { zone: "Pacific/Auckland" }, "2026-11-29T20:00:00Z"],
    ["tue", { zone: "Pacific/Auckland" }, "2026-11-30T20:00:00Z"],
    ["tomorrow", { zone: "Pacific/Pago_Pago", now: "2026-11-29T09:00:00Z" }, "2026-11-29T20:00:00Z"],
    ["in a month", { now: "2027-01-31T12:00:00Z" }, "2027-02-28T08:00:00Z"],
    ["in a month", { now: "2028-01-31T12:00:00Z" }, "2028-02-29T08:00:00Z"],
    ["in a year", { now: "2028-02-29T12:00:00Z" }, "2029-02-28T08:00:00Z"],
    ["next month", { now: "2026-12-15T12:00:00Z" }, "2027-01-01T08:00:00Z"],
    ["end of month", { now: "2028-02-10T12:00:00Z" }, "2028-02-29T08:00:00Z"],
    ["31st", { now: "2027-02-10T12:00:00Z" }, "2027-03-31T07:00:00Z"],
    ["next week", { now: "2026-12-02T12:00:00Z" }, "2026-12-07T08:00:00Z"],
    ["next tue", { now: "2026-12-02T12:00:00Z" }, "2026-12-08T08:00:00Z"],
    ["tue next week", { now: "2026-11-30T12:00:00Z" }, "2026-12-08T08:00:00Z"],
    ["tomorrow", { morning: "10:30" }, "2026-11-30T09:30:00Z"],
  ] as [string, Given, string][])("“%s” of %o is %s", (text, given, expected) => {
    expect(understood(text, given)).toBe(expected);
  });

  it.each(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])("is read as it is written out, in %s", (zone) => {
    for (let moment = Date.UTC(2026, 0, 1, 0, 7); moment < Date.UTC(2028, 5, 1); moment += 53 * 3_600_000) {
      const at = new Date(moment).toISOString().replace(".000Z", "Z");
      expect(understood(writtenOut(at, zone), { zone })).toBe(at);
    }
  });
});
