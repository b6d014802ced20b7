import type { FollowUp, FollowUpDay } from "@/api/types";
import { inZone } from "@/time/format";
import { fromWallTime, wallTime } from "@/time/zone";

/** The pure parts of the calendar of follow-ups. Days are texts such as "2026-11-30", without a zone. */

const DAY = 86_400_000;
const WEEK = 7;

export type Span = "month" | "week";

export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** The days that are shown: a week, or the whole weeks of a month. @param firstDay of the week, from Sunday (0) */
export function daysShown(span: Span, day: string, firstDay: number): string[] {
  if (span === "week") return weekFrom(startOfWeek(day, firstDay), 1);
  const first = startOfWeek(`${day.slice(0, 7)}-01`, firstDay);
  const last = plusDays(nextMonth(day), -1);
  const weeks = Math.ceil(((Date.parse(last) - Date.parse(first)) / DAY + 1) / WEEK);
  return weekFrom(first, weeks);
}

function weekFrom(first: string, weeks: number): string[] {
  return Array.from({ length: weeks * WEEK }, (_, number) => plusDays(first, number));
}

function startOfWeek(day: string, firstDay: number): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return plusDays(day, -((weekday - firstDay + WEEK) % WEEK));
}

function nextMonth(day: string): string {
  return `${plusDays(`${day.slice(0, 7)}-01`, 31).slice(0, 7)}-01`;
}

/** A day of the week or month before or after. */
export function turned(span: Span, day: string, way: 1 | -1): string {
  if (span === "week") return plusDays(day, way * WEEK);
  return way === 1 ? nextMonth(day) : `${plusDays(`${day.slice(0, 7)}-01`, -1).slice(0, 7)}-01`;
}

/** The day that an address names, if there is one. */
export function dayIn(parameters: URLSearchParams): string {
  const day = parameters.get("day") ?? "";
  const exists = /^(19[7-9]|2[01]\d)\d-\d\d-\d\d$/.test(day) && new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(8));
  return exists ? day : "";
}

/** "Mon, 30 Nov" */
export function dayName(day: string): string {
  return inZone(`${day}T12:00:00Z`, "UTC", "day");
}

/** When a day begins and when it ends, in a zone. */
export function boundsOf(day: string, zone: string): [string, string] {
  return [fromWallTime(`${day} 00:00:00`, zone), fromWallTime(`${plusDays(day, 1)} 00:00:00`, zone)];
}

/** The day of a moment in a zone. */
export function dayOf(at: string | number, zone: string): string {
  return wallTime(at, zone).slice(0, 10);
}

/** The same local time on another day; null: it is on that day already. */
export function movedTo(dueAt: string, day: string, zone: string): string | null {
  const wall = wallTime(dueAt, zone);
  return wall.startsWith(day) ? null : fromWallTime(`${day} ${wall.slice(11)}`, zone);
}

/** Days with a follow-up on another one of them: what is shown until the API has answered. @param most so many of a day are shown */
export function withMoved(days: readonly FollowUpDay[], followUp: FollowUp, from: string, to: string, most: number): FollowUpDay[] {
  return days.map((each) => {
    if (each.day === from) return { ...each, count: each.count - 1, items: each.items.filter(({ id }) => id !== followUp.id) };
    if (each.day !== to) return each;
    const items = [...each.items, followUp].sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at) || a.id - b.id);
    return { ...each, count: each.count + 1, items: items.slice(0, most) };
  });
}
