import type { Calendar } from "@/api/types";
import { segmentsOf, type Segment } from "@/features/calendars/week";
import { weekdayOf } from "@/features/calendars/year";

export type { Segment };

/** What is open of a day, for a picture of it. @param date as "2026-12-24" */
export function openOn(calendar: Calendar, date: string): Segment[] {
  const day = weekdayOf(date);
  const own = calendar.days.find((special) => special.date === date);
  if (own) return segmentsOf(own.hours.map((range) => ({ ...range, days: [day] }))).filter((one) => one.day === day);
  const holiday = calendar.holidays?.days.some((one) => one.date === date && !one.removed) ?? false;
  if (holiday || calendar.imported_days.some((one) => one.date === date)) return [];
  return segmentsOf(calendar.hours).filter((one) => one.day === day);
}
