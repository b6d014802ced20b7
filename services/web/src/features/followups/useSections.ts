import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { FollowUpCounts, View } from "@/api/types";
import { apiFilters, isNarrowed, listFilters, viewsOf, type Filters } from "@/features/followups/filters";
import { useMe } from "@/api/session";
import { groupedBy } from "@/features/followups/groups";
import { countsQuery, followUpsQuery } from "@/features/followups/queries";
import { countedIn, linesOf, uncountedIn, type Line, type Section } from "@/features/followups/sections";

export interface SectionList {
  lines: Line[];
  counts: FollowUpCounts | undefined;
  loadMore: (view: View) => void;
  retry: (view: View) => void;
  toggle: (view: View) => void;
}

const NONE: readonly View[] = [];

/** The lists behind a page of follow-ups, as one: each section pages by itself. A calendar has but the counts. */
export function useSections(filters: Filters): SectionList {
  const views = filters.look ? NONE : viewsOf(filters);
  const { time_zone: zone } = useMe();
  const asked = useMemo(() => apiFilters(filters), [filters]);
  const listed = useMemo(() => listFilters(filters), [filters]);
  const { data: counts } = useQuery(countsQuery(asked));
  const [collapsed, setCollapsed] = useState<ReadonlySet<View>>(new Set());

  const overdue = useSection("overdue", listed, views);
  const today = useSection("today", listed, views);
  const upcoming = useSection("upcoming", listed, views);
  const open = useSection("open", listed, views);
  const completed = useSection("completed", listed, views);
  const all = { overdue, today, upcoming, open, completed };
  type Known = keyof typeof all;
  const queryOf = (view: View) => all[view as Known];

  const sections = views.map((view): Section => {
    const { data, isPending, error, hasNextPage } = queryOf(view);
    return {
      view,
      followUps: data ?? [],
      count: counts && countedIn(counts, view),
      uncounted: counts && uncountedIn(counts, view),
      loading: isPending,
      error,
      hasMore: hasNextPage,
      collapsed: collapsed.has(view),
    };
  });

  const toggle = useCallback((view: View) => {
    setCollapsed((before) => {
      const next = new Set(before);
      if (!next.delete(view)) next.add(view);
      return next;
    });
  }, []);

  return {
    lines: linesOf(sections, filters.tab === "open", isNarrowed(filters), filters.tab === "completed" ? null : groupedBy(filters.group, zone)),
    counts,
    loadMore: (view) => {
      const query = queryOf(view);
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    retry: (view) => void queryOf(view).refetch(),
    toggle,
  };
}

function useSection(view: View, asked: ReturnType<typeof listFilters>, views: readonly View[]) {
  return useInfiniteQuery({
    ...followUpsQuery(view, asked),
    enabled: views.includes(view),
    select: flatten,
  });
}

function flatten({ pages }: { pages: { items: Section["followUps"] }[] }): Section["followUps"] {
  return pages.flatMap(({ items }) => items);
}
