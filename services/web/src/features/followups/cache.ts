import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { FollowUp, FollowUpCounts, Page, View } from "@/api/types";

/**
 * What a change does to the lists in the cache, before the API has answered. The functions on pages are
 * pure; `begin` and `undo` below use them on the cache.
 */
export type Pages = InfiniteData<Page<FollowUp>>;

export function without(pages: Pages, ids: ReadonlySet<number>): Pages {
  const keep = (page: Page<FollowUp>) => ({ ...page, items: page.items.filter(({ id }) => !ids.has(id)) });
  return contains(pages, ids) ? { ...pages, pages: pages.pages.map(keep) } : pages;
}

export function replaced(pages: Pages, next: FollowUp): Pages {
  const swap = (page: Page<FollowUp>) => ({
    ...page,
    items: page.items.map((old) => (old.id === next.id ? { ...old, ...next } : old)),
  });
  return contains(pages, new Set([next.id])) ? { ...pages, pages: pages.pages.map(swap) } : pages;
}

/** With a follow-up back in its place by due time; unchanged when that place is not loaded. */
export function inserted(pages: Pages, followUp: FollowUp): Pages {
  if (contains(pages, new Set([followUp.id]))) return replaced(pages, followUp);
  const due = Date.parse(followUp.due_at);
  const after = (other: FollowUp) => {
    const difference = Date.parse(other.due_at) - due;
    return difference > 0 || (difference === 0 && other.id > followUp.id);
  };
  const all = pages.pages;
  const target = all.findIndex((page) => page.items.some(after));
  const complete = all.at(-1)?.next_cursor === null;
  if (target === -1 && !complete) return pages;
  const at = target === -1 ? all.length - 1 : target;
  return {
    ...pages,
    pages: all.map((page, index) => {
      if (index !== at) return page;
      const place = page.items.findIndex(after);
      return { ...page, items: page.items.toSpliced(place === -1 ? page.items.length : place, 0, followUp) };
    }),
  };
}

export function contains(pages: Pages, ids: ReadonlySet<number>): boolean {
  return pages.pages.some((page) => page.items.some(({ id }) => ids.has(id)));
}

/** How a list is filtered, from its name in the cache. */
function viewOfKey(key: QueryKey): View | undefined {
  const filters = key[2] as { view?: View } | undefined;
  return filters?.view;
}

/** The cache as it was before a change, to take the change back. */
export interface Snapshot {
  lists: [QueryKey, unknown][];
  /** Lists in which the follow-ups were. */
  touched: QueryKey[];
}

/** Take follow-ups out of every list of open ones, and out of the counts, at once. */
export async function takeOut(cache: QueryClient, ids: ReadonlySet<number>): Promise<Snapshot> {
  await Promise.all([
    cache.cancelQueries({ queryKey: keys.followUps }),
    cache.cancelQueries({ queryKey: keys.escalations }),
  ]);
  const snapshot: Snapshot = {
    lists: [
      ...cache.getQueriesData({ queryKey: keys.followUps }),
      ...cache.getQueriesData({ queryKey: keys.escalations }),
    ],
    touched: [],
  };
  const gone: Partial<Record<View, number>> = {};
  for (const [key, pages] of listsOf(cache)) {
    const view = viewOfKey(key);
    if (view === "completed" || view === "all" || !contains(pages, ids)) continue;
    const amount = pages.pages.flatMap((page) => page.items).filter(({ id }) => ids.has(id)).length;
    if (view) gone[view] = Math.max(gone[view] ?? 0, amount);
    snapshot.touched.push(key);
    cache.setQueryData<Pages>(key, without(pages, ids));
  }
  cache.setQueriesData<FollowUpCounts>({ queryKey: ["follow-ups", "counts"] }, (counts) => counts && fewer(counts, gone));
  return snapshot;
}

export function fewer(counts: FollowUpCounts, gone: Partial<Record<View, number>>): FollowUpCounts {
  const left = (view: keyof FollowUpCounts) => Math.max(0, counts[view] - (gone[view] ?? 0));
  return { overdue: left("overdue"), today: left("today"), upcoming: left("upcoming") };
}

/** Put everything back as it was before a change that failed. */
export function restore(cache: QueryClient, snapshot: Snapshot | undefined): void {
  snapshot?.lists.forEach(([key, data]) => cache.setQueryData(key, data));
}

/** Put a follow-up back into the lists that it was taken out of. */
export function putBack(cache: QueryClient, touched: readonly QueryKey[], followUp: FollowUp): void {
  for (const key of touched) {
    cache.setQueryData<Pages>(key, (pages) => pages && inserted(pages, followUp));
  }
}

/** Show a follow-up as it is now wherever it is listed. */
export function show(cache: QueryClient, followUp: FollowUp): void {
  cache.setQueryData(keys.followUp(followUp.id), followUp);
  for (const [key, pages] of listsOf(cache)) cache.setQueryData<Pages>(key, replaced(pages, followUp));
}

function listsOf(cache: QueryClient): [QueryKey, Pages][] {
  return [
    ...cache.getQueriesData<Pages>({ queryKey: keys.followUpLists }),
    ...cache.getQueriesData<Pages>({ queryKey: ["escalations", "list"] }),
  ].filter((entry): entry is [QueryKey, Pages] => entry[1] !== undefined);
}

/** Asking again for a list asks for all of its loaded pages: more than this would be a burden. */
const PAGES_TO_REFRESH = 3;

/** Ask again for everything that a change may have moved. Long lists wait until they are next opened. */
export function refreshLists(cache: QueryClient): void {
  const loaded = (data: unknown) => (data as Partial<Pages> | undefined)?.pages?.length ?? 0;
  for (const queryKey of [keys.followUps, keys.escalations, keys.subjects]) {
    void cache.invalidateQueries({
      queryKey,
      predicate: ({ state }) => loaded(state.data) <= PAGES_TO_REFRESH,
    });
    void cache.invalidateQueries({ queryKey, refetchType: "none" });
  }
}
