import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { NotYetIn, Page } from "@/api/types";

/** At most so many links are made at once. */
export const MOST_AT_ONCE = 1_000;

/** Everybody who cannot log in yet; only for admins, and where people log in with passwords. */
export const notYetInQuery = queryOptions({
  queryKey: queryKeys.notYetIn,
  queryFn: async ({ signal }) => {
    const people: NotYetIn[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Page<NotYetIn> = await dataOf(api.GET("/invitations", { params: { query: { limit: 200, cursor } }, signal }));
      people.push(...page.items);
      cursor = page.next_cursor;
    }
    return people;
  },
  staleTime: 0, // people come in without this page hearing of it
});
