import type { Calendar, CalendarInput } from "@/api/types";

/** Hours of some weekdays, from 1, Monday, to 7, Sunday; closing at or before the opening is on the next day. */
export interface WeekdayHours {
  days: number[];
  opens: string;
  closes: string;
}

export interface DayHours {
  opens: string;
  closes: string;
}

/** A day that is closed, or has hours of its own. */
export interface OwnDay {
  date: string;
  name: string;
  closed: boolean;
  hours: DayHours[];
}

/** What the form of a calendar holds while somebody types. */
export interface CalendarDraft {
  name: string;
  time_zone: string;
  hours: WeekdayHours[];
  /** ISO code; empty: no public holidays. */
  country: string;
  subdivision: string;
  categories: string[];
  /** Holidays on which work is done all the same. */
  removed: string[];
  days: OwnDay[];
}

export const OFFICE: DayHours = { opens: "09:00", closes: "17:00" };

export function newDraft(zone: string): CalendarDraft {
  return {
    name: "",
    time_zone: zone,
    hours: [{ days: [1, 2, 3, 4, 5], ...OFFICE }],
    country: "",
    subdivision: "",
    categories: ["public"],
    removed: [],
    days: [],
  };
}

export function draftOf({ name, time_zone, hours, holidays, days }: Calendar): CalendarDraft {
  return {
    name,
    time_zone,
    hours: hours.map((one) => ({ ...one, days: [...one.days] })),
    country: holidays?.country ?? "",
    subdivision: holidays?.subdivision ?? "",
    categories: holidays ? [...holidays.categories] : ["public"],
    removed: holidays ? [...holidays.removed] : [],
    days: days.map((day) => ({ ...day, hours: day.hours.map((range) => ({ ...range })) })),
  };
}

/** All of a calendar, as it is written. */
export function inputOf(draft: CalendarDraft): CalendarInput {
  const country = draft.country.trim().toUpperCase();
  return {
    name: draft.name.trim(),
    time_zone: draft.time_zone,
    hours: draft.hours,
    holidays: country
      ? {
          country,
          subdivision: draft.subdivision.trim().toUpperCase() || null,
          categories: draft.categories,
          removed: draft.removed,
        }
      : null,
    days: draft.days.map(({ date, name, closed, hours }) => ({ date, name: name.trim(), closed, hours: closed ? [] : hours })),
  };
}
