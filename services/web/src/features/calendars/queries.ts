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
