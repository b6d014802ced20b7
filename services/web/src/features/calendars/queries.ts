import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Calendar, Page } from "@/api/types";

/** All calendars in use, by name; they are few enough to be loaded once. */
export const calendarsQuery = queryOptions({
  queryKey: queryKeys.calendarList,
  queryFn: async ({ signal }) => {
    const calendars: Calendar[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Page<Calendar> = await dataOf(api.GET("/calendars", { params: { query: { limit: 200, cursor } }, signal }));
      calendars.push(...page.items);
      cursor = page.next_cursor;
    }
    return calendars;
  },
  staleTime: 60_000,
});

export function calendarQuery(id: number) {
  return queryOptions({
    queryKey: queryKeys.calendar(id),
    queryFn: ({ signal }) => dataOf(api.GET("/calendars/{calendar_id}", { params: { path: { calendar_id: id } }, signal })),
  });
}

/** When so much has been worked, as the engine computes it. @param query of the call, with `from` */
export function workingTimeQuery(calendar: Pick<Calendar, "id" | "etag">, query: { from: string; add?: string; add_days?: number }) {
  const path = { calendar_id: calendar.id };
  return queryOptions({
    queryKey: queryKeys.workingTime(calendar.id, calendar.etag, query),
    queryFn: ({ signal }) => dataOf(api.GET("/calendars/{calendar_id}/working-time", { params: { path, query }, signal })),
    staleTime: Infinity, // of this version of the calendar
  });
}
