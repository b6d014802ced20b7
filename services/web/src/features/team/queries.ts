import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { api, dataOf, type QueryOf } from "@/api/client";
import { Problem } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import type { Team } from "@/api/types";

type Asked = Pick<QueryOf<"/team">, "of" | "depth" | "sort" | "order">;

const AT_ONCE = 100;

/** A team, a page at a time; one that is too large to be sorted by a figure comes by name. */
export const teamQuery = (asked: Asked) =>
  infiniteQueryOptions({
    queryKey: queryKeys.team(asked),
    queryFn: async ({ pageParam, signal }) => {
      const ask = (sorted: Asked) =>
        dataOf(api.GET("/team", { params: { query: { ...sorted, limit: AT_ONCE, cursor: pageParam } }, signal }));
      if (asked.sort === "name") return ask(asked);
      return ask(asked).catch((failure: unknown) => {
        if (failure instanceof Problem && failure.messageFor("sort")) return ask({ ...asked, sort: "name", order: "asc" });
        throw failure;
      });
    },
    initialPageParam: "",
    getNextPageParam: ({ next_cursor: cursor }: Team) => cursor,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
