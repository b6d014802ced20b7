import type { Page } from "@/api/types";

/** How a list that comes in pages goes on, as an infinite query needs it. */
export const pages = {
  initialPageParam: "",
  getNextPageParam: ({ next_cursor: cursor }: Page<unknown>) => cursor,
};
