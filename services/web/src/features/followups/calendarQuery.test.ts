import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { FollowUp, FollowUpCalendar } from "@/api/types";
import { calendarQuery, moveOnCalendars } from "@/features/followups/calendarQuery";
import { parseFilters } from "@/features/followups/filters";

it("shows a follow-up on another day of each calendar that has it, and puts it back", () => {
  const cache = new QueryClient();
  const followUp = { id: 7, due_at: "2026-03-27T23:30:00Z" } as FollowUp;
  const days = ["2026-03-28", "2026-03-29"].map((day, at) => ({ day, closed: false, count: 1 - at, at_least: false, items: at ? [] : [followUp] }));
  const filters = parseFilters(new URLSearchParams("sort=priority&view=completed&outcome=reached"), "all");
  const [month, other] = [calendarQuery(filters, "2026-03-01", "2026-03-31", 4), calendarQuery(filters, "2026-04-01", "2026-04-30", 4)];
  expect(month.queryKey[2]).toMatchObject({ outcome: "reached", per_day: 4 });
  expect(month.queryKey[2]).not.toHaveProperty("sort");
  cache.setQueryData<FollowUpCalendar>(month.queryKey, { days });
  cache.setQueryData<FollowUpCalendar>(other.queryKey, { days: days.map((day) => ({ ...day, count: 0, items: [] })) });
  const shown = (key = month.queryKey) => cache.getQueryData<FollowUpCalendar>(key)?.days.map(({ count, items }) => [count, items[0]?.due_at]);
  const back = moveOnCalendars(cache, followUp, "2026-03-29T22:00:00+02:00", "Europe/Berlin");
  expect(shown()).toEqual([[0, undefined], [1, "2026-03-29T22:00:00+02:00"]]);
  expect(shown(other.queryKey)).toEqual([[0, undefined], [0, undefined]]);
  back();
  expect(shown()).toEqual([[1, followUp.due_at], [0, undefined]]);
});
