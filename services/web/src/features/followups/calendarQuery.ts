import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { FollowUp, FollowUpCalendar } from "@/api/types";
import { dayOf, withMoved } from "@/features/followups/calendarDays";
import { listFilters, type Filters } from "@/features/followups/filters";

/** What a list shows, by day. @param perDay so many of each day come with it */
export function calendarQuery(filters: Filters, first: string, last: string, perDay: number) {
  const query = { ...listFilters({ ...filters, sort: "", group: "" }), view: filters.tab, first_day: first, last_day: last, per_day: perDay };
  return queryOptions({
    queryKey: queryKeys.followUpCalendar(query),
    queryFn: ({ signal }) => dataOf(api.GET("/follow-ups/calendar", { params: { query }, signal })),
  });
}

/** Shows a follow-up on another day at once, on each calendar that has it. @returns puts it back */
export function moveOnCalendars(cache: QueryClient, followUp: FollowUp, dueAt: string, zone: string): () => void {
  const [from, to] = [dayOf(followUp.due_at, zone), dayOf(dueAt, zone)];
  const all = cache.getQueriesData<FollowUpCalendar>({ queryKey: queryKeys.followUpCalendars });
  const touched = all.filter(([, calendar]) => calendar?.days.some(({ items }) => items.some(({ id }) => id === followUp.id)));
  function change(shown: FollowUp, begin: string, end: string) {
    for (const [key] of touched) {
      const { per_day: most } = key[2] as { per_day: number };
      cache.setQueryData<FollowUpCalendar>(key, (old) => old && { days: withMoved(old.days, shown, begin, end, most) });
    }
  }
  change({ ...followUp, due_at: dueAt }, from, to);
  return () => change(followUp, to, from);
}
