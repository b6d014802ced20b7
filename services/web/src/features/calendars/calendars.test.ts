import { describe, expect, it } from "vitest";
import { draftOf, inputOf, newDraft } from "@/features/calendars/draft";
import { openOn } from "@/features/calendars/openOn";
import { daysInWords, hoursAWeek, overnight, segmentsOf, weekInWords, wholeDay } from "@/features/calendars/week";
import { yearOf } from "@/features/calendars/year";

const OFFICE = { days: [1, 2, 3, 4, 5], opens: "09:00", closes: "17:00" };

describe("a week", () => {
  it("has a night in both of its days, that of Sunday on Monday", () => {
    expect(segmentsOf([{ days: [7], opens: "22:00", closes: "06:00" }])).toEqual([
      { day: 1, from: 0, to: 360 },
      { day: 7, from: 1320, to: 1440 },
    ]);
  });

  it("ends a day that closes at midnight with the day", () => {
    expect(segmentsOf([{ days: [2], opens: "18:00", closes: "00:00" }])).toEqual([{ day: 2, from: 1080, to: 1440 }]);
  });

  it("knows a whole day from a night", () => {
    expect(wholeDay({ opens: "00:00", closes: "00:00" })).toBe(true);
    expect(overnight({ opens: "00:00", closes: "00:00" })).toBe(false);
    expect(overnight({ opens: "09:00", closes: "09:00" })).toBe(true);
  });

  it("is so many hours", () => {
    expect(hoursAWeek([OFFICE, { days: [6], opens: "09:00", closes: "12:30" }])).toBe(43.5);
    expect(hoursAWeek([{ days: [1, 2, 3, 4, 5, 6, 7], opens: "00:00", closes: "00:00" }])).toBe(168);
  });

  it.each([
    [[1, 2, 3, 4, 5], "Mon to Fri"],
    [[5, 1, 3], "Mon, Wed, Fri"],
    [[1, 2, 6, 7], "Mon, Tue, Sat, Sun"],
    [[], "no day"],
  ])("names days %j as %s", (days, said) => expect(daysInWords(days)).toBe(said));

  it("is told in words", () => {
    expect(weekInWords([OFFICE, { days: [6], opens: "00:00", closes: "00:00" }])).toBe("Mon to Fri 09:00–17:00; Sat Whole day");
  });
});

describe("a year", () => {
  const draft = {
    hours: [OFFICE],
    removed: ["2026-01-06"],
    days: [
      { date: "2026-12-24", name: "Christmas Eve", closed: false, hours: [{ opens: "09:00", closes: "12:00" }] },
      { date: "2026-12-31", name: "Stocktaking", closed: true, hours: [] },
    ],
  };
  const holidays = [
    { date: "2026-01-01", name: "New Year's Day" },
    { date: "2026-01-06", name: "Epiphany" },
    { date: "2026-12-24", name: "A holiday" },
  ];
  const days = yearOf(2026, draft, holidays, [{ date: "2026-05-18", name: "Outing" }]).flat();
  const kindOf = (date: string) => days.find((day) => day.date === date)?.kind;

  it("has all of its days", () => {
    expect(days).toHaveLength(365);
    expect(yearOf(2028, draft, [], []).flat()).toHaveLength(366);
  });

  it.each([
    ["2026-01-01", "holiday"],
    ["2026-01-06", "open"], // removed
    ["2026-01-03", "weekend"],
    ["2026-05-18", "holiday"], // of the file
    ["2026-12-24", "own"], // before the holiday
    ["2026-12-31", "holiday"],
  ])("%s is %s", (date, kind) => expect(kindOf(date)).toBe(kind));
});

describe("a draft", () => {
  it("is written without holidays where no country is chosen", () => {
    expect(inputOf({ ...newDraft("Europe/Berlin"), name: " Office " })).toEqual({
      name: "Office",
      time_zone: "Europe/Berlin",
      hours: [OFFICE],
      holidays: null,
      days: [],
    });
  });

  it("is what was read, unless somebody types", () => {
    const read = {
      ...{ id: 1, name: "Berlin", time_zone: "Europe/Berlin", hours: [OFFICE], imported_days: [], version: 1, etag: "" },
      ...{ first_day: "2026-01-01", last_day: "2028-01-01", holidays_until: null, created_at: "", updated_at: "", archived_at: null },
      holidays: { country: "DE", subdivision: "BE", categories: ["public"], removed: ["2026-05-01"], days: [] },
      days: [{ date: "2026-12-31", name: "Stocktaking", closed: true, hours: [] }],
    };
    expect(inputOf(draftOf(read))).toEqual({
      ...{ name: "Berlin", time_zone: "Europe/Berlin", hours: [OFFICE], days: read.days },
      holidays: { country: "DE", subdivision: "BE", categories: ["public"], removed: ["2026-05-01"] },
    });
  });
});

describe("what is open of a day", () => {
  const NIGHT = { days: [1, 2, 3, 4, 5], opens: "22:00", closes: "06:00" };
  const calendar = {
    hours: [NIGHT, OFFICE],
    holidays: {
      ...{ country: "DE", subdivision: null, categories: ["public"], removed: ["2026-12-16"] },
      days: [
        { date: "2026-12-10", name: "A Thursday", removed: false },
        { date: "2026-12-16", name: "A Wednesday on which work is done", removed: true },
      ],
    },
    imported_days: [{ date: "2026-12-22", name: "Of a file" }],
    days: [
      { date: "2026-12-24", name: "Short", closed: false, hours: [{ opens: "09:00", closes: "12:00" }] },
      { date: "2026-12-26", name: "A night on Saturday", closed: false, hours: [{ opens: "20:00", closes: "02:00" }] },
      { date: "2026-12-29", name: "Closed", closed: true, hours: [] },
    ],
  };
  const parts = (date: string) => openOn(calendar, date).map(({ from, to }) => [from / 60, to / 60]);

  it.each<[string, string, number[][]]>([
    ["a Tuesday has the night of Monday, the day and its own night", "2026-12-15", [[0, 6], [9, 17], [22, 24]]],
    ["a Monday has no night before it", "2026-12-14", [[9, 17], [22, 24]]],
    ["a Saturday has the end of Friday's night", "2026-12-19", [[0, 6]]],
    ["a holiday ends the night at midnight", "2026-12-10", []],
    ["no night came over from a holiday", "2026-12-11", [[9, 17], [22, 24]]],
    ["a holiday on which work is done is like any day", "2026-12-16", [[0, 6], [9, 17], [22, 24]]],
    ["a day of a file is closed", "2026-12-22", []],
    ["a day with hours of its own has the night of the day before", "2026-12-24", [[0, 6], [9, 12]]],
    ["its own hours had no night", "2026-12-25", [[9, 17], [22, 24]]],
    ["a night of a special day", "2026-12-26", [[0, 6], [20, 24]]],
    ["goes on into a Sunday without hours", "2026-12-27", [[0, 2]]],
    ["an own closed day ends the night", "2026-12-29", []],
  ])("%s", (_, date, expected) => expect(parts(date)).toEqual(expected));
});
