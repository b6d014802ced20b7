import type { Me } from "@/api/types";
import { createStore } from "@/hooks/store";

/** How the person who is logged in has times written, read and put into weeks. */
export type Preferences = Pick<Me, "clock" | "date_order" | "week_start">;

const store = createStore<Preferences>({ clock: "24h", date_order: "day-month", week_start: "monday" });

/** Say how times are written from now on. */
export function setPreferences({ clock, date_order, week_start }: Preferences): void {
  const now = store.get();
  if (clock === now.clock && date_order === now.date_order && week_start === now.week_start) return;
  store.set({ clock, date_order, week_start });
}

/** As they are, for what is not drawn. */
export const preferences = store.get;

/** As they are, for components. */
export const usePreferences = store.use;

/** Whether "3/4" is the third of April to them. */
export const dayFirst = (): boolean => preferences().date_order === "day-month";

/** The first day of the week as calendars number it, from Sunday (0). */
export const FIRST_DAYS = { sunday: 0, monday: 1, saturday: 6 } as const;
