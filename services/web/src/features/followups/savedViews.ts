import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { SavedFilters, SavedFiltersInput, SavedView } from "@/api/types";
import { listFilters, NO_FACTS, SEVERITIES, SORTS, type Filters } from "@/features/followups/filters";
import { useParameters } from "@/hooks/useParameters";

/** They are few, and seldom change. */
const FRESH_MS = 60_000;

/** One's own and the shared ones, by name. */
export const savedViewsQuery = queryOptions({
  queryKey: queryKeys.savedViews,
  queryFn: async ({ signal }) => {
    const all: SavedView[] = [];
    let cursor: string | undefined;
    do {
      const page = await dataOf(api.GET("/saved-views", { params: { query: { limit: 200, cursor } }, signal }));
      all.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return all;
  },
  staleTime: FRESH_MS,
});

/** What a list shows, as the API keeps it: without what an entry of the inbox asked for. */
export function toSaved(filters: Filters): SavedFiltersInput {
  const order = filters.tab === "completed" ? {} : { sort: filters.sort || undefined, group: filters.group || undefined };
  return { ...listFilters({ ...filters, told: "" }), ...order, view: filters.tab, look: filters.look || undefined };
}

/** The same as the page's filters, all of them. */
export function fromSaved(saved: SavedFilters): Filters {
  return {
    ...NO_FACTS,
    tab: saved.view === "all" ? "open" : saved.view,
    who: saved.assignee,
    subject: text(saved.subject_id),
    q: saved.q ?? "",
    kind: saved.kind ?? "",
    priority: saved.priority ?? "",
    tag: saved.tag ?? "",
    from: text(saved.value_from),
    to: text(saved.value_to),
    currency: saved.currency ?? "",
    held: saved.held ?? "",
    severity: SEVERITIES.find((known) => known === saved.severity_min) ?? "",
    moved: text(saved.moved_min),
    done_from: saved.completed_from ?? "",
    on_time: text(saved.on_time) as Filters["on_time"],
    outcome: saved.outcome ?? "",
    due: saved.due_in ?? "",
    due_from: saved.due_from ?? "",
    due_before: saved.due_before ?? "",
    about: saved.has_subject == null ? "" : saved.has_subject ? "somebody" : "nobody",
    sort: SORTS.find((known) => known === saved.sort) ?? "",
    group: saved.group ?? "",
    look: saved.look ?? "",
  };
}

function text(value: string | number | boolean | null | undefined): string {
  return value == null ? "" : String(value);
}

/** Whether a list shows something else than a view does. */
export function differs(filters: Filters, view: SavedView): boolean {
  const wanted: Record<string, string> = { ...fromSaved(view.filters) };
  const ordered = filters.tab === "completed" ? { sort: "", group: "" } : { outcome: "" };
  return Object.entries({ ...filters, ...ordered, told: "" }).some(([name, value]) => value !== wanted[name]);
}

/** The view that the address names, and a way to go to one, or to none. Where it names nothing else, it is shown. */
export function useCurrentView(): [SavedView | undefined, (view: SavedView | null) => void] {
  const [parameters, setParameters] = useParameters();
  const id = Number(parameters.get("saved"));
  const { data } = useQuery({ ...savedViewsQuery, enabled: id > 0 });
  const show = useCallback(
    (view: SavedView | null) => {
      const { tab, ...filters } = view ? fromSaved(view.filters) : { ...fromSaved(NONE), who: undefined };
      setParameters({ ...filters, view: tab === "open" ? "" : tab, day: "", saved: view ? String(view.id) : "" });
    },
    [setParameters],
  );
  const view = data?.find((each) => each.id === id);
  const alone = [...parameters.keys()].join() === "saved";
  useEffect(() => {
    if (view && alone) show(view);
  }, [view, alone, show]);
  return [view, show];
}

const NONE = { view: "open", assignee: "all" } as SavedFilters;
