import type { DayMode, NotificationRule, RuleMode } from "@/api/types";
import { words } from "@/i18n/rules";

export const MODES: readonly RuleMode[] = ["at_once", "hourly", "daily", "weekly", "never"];

export const OPTIONS = MODES.map((value) => ({ value, label: words.modes[value] }));

export const AS_COMPANY = "company";

/** Whether one has a mail of one's day, and when. */
export interface OwnDay {
  mode: DayMode | typeof AS_COMPANY;
  at: string;
}

/** When a digest comes, as far as its mode has a time; of another one, what is offered. */
export interface DigestTime {
  at: string;
  weekday: number;
}

export function timeOf({ at, weekday }: Partial<Pick<NotificationRule, "at" | "weekday">>): DigestTime {
  return { at: at ?? "08:30", weekday: weekday ?? 1 };
}

/** What the API takes with a mode. */
export function wayOf(mode: RuleMode, { at, weekday }: DigestTime) {
  return {
    mode,
    at: mode === "daily" || mode === "weekly" ? at : null,
    weekday: mode === "weekly" ? weekday : null,
  };
}

/** Such as "Weekly, Monday 08:30". */
export function inWords({ mode, at, weekday }: Pick<NotificationRule, "mode" | "at" | "weekday">): string {
  const day = weekday ? words.days[weekday - 1] : undefined;
  const time = [day, at].filter(Boolean).join(" ");
  return time ? `${words.modes[mode]}, ${time}` : words.modes[mode];
}

/** What the API takes of a mail of the day. */
export function dayOf(mode: DayMode, at: string) {
  return { mode, at: mode === "daily" ? at : null };
}
