import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import { queryKeys } from "@/api/queryKeys";
import type { CountedView, FollowUp, FollowUpCalendar, FollowUpCounts, Me, Page, ShownFollowUp, SubjectDetails, View } from "@/api/types";
import { viewOf } from "@/features/followups/sections";
import { now } from "@/time/clock";

/**
 * What a change does to the lists in the cache, before the API has answered. The functions on pages are
 * pure; `takeOut`, `restore` and `show` below use them on the cache.
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

/** Whether a list comes in another order than by due time: only the API knows a place in it. */
function isSorted(key: QueryKey): boolean {
  return (key[2] as { sort?: string } | undefined)?.sort !== undefined;
}

/** What a change took out of the cache, to put it back. */
export interface Removal {
  /** Lists in which the follow-ups were. */
  touched: QueryKey[];
  /** How many were counted, by view. */
  gone: CountsByView;
}

type CountsByView = Partial<Record<View, number>>;

/** Take follow-ups out of every list of open ones, and out of the counts, at once. */
export async function takeOut(cache: QueryClient, ids: ReadonlySet<number>): Promise<Removal> {
  await Promise.all([
    cache.cancelQueries({ queryKey: queryKeys.followUps }),
    cache.cancelQueries({ queryKey: queryKeys.escalations }),
  ]);
  const touched: QueryKey[] = [];
  const gone: CountsByView = {};
  const zone = zoneIn(cache);
  for (const [key, pages] of listsOf(cache)) {
    const view = viewOfKey(key);
    if (view === "completed" || view === "all" || !contains(pages, ids)) continue;
    const amounts: CountsByView = {};
    for (const followUp of pages.pages.flatMap((page) => page.items).filter(({ id }) => ids.has(id))) {
      const within = view === "open" ? viewOf(followUp, zone, now()) : view;
      if (within) amounts[within] = (amounts[within] ?? 0) + 1;
    }
    for (const [within, amount] of Object.entries(amounts) as [View, number][]) gone[within] = Math.max(gone[within] ?? 0, amount);
    touched.push(key);
    cache.setQueryData<Pages>(key, without(pages, ids));
  }
  count(cache, gone, -1);
  return { touched, gone };
}

function count(cache: QueryClient, gone: CountsByView, sign: 1 | -1): void {
  const queryKey = queryKeys.allFollowUpCounts;
  cache.setQueriesData<FollowUpCounts>({ queryKey }, (counts) => counts && counted(counts, gone, sign));
}

export function counted<T extends Pick<FollowUpCounts, CountedView>>(counts: T, gone: CountsByView, sign: 1 | -1): T {
  const left = (view: CountedView) => Math.max(0, counts[view] + sign * (gone[view] ?? 0));
  return { ...counts, overdue: left("overdue"), today: left("today"), upcoming: left("upcoming") };
}

/** Take back a change that failed: only this one, since others may have gone through meanwhile. */
export function restore(cache: QueryClient, removal: Removal | undefined, followUp: FollowUp): void {
  if (!removal) return;
  putBack(cache, removal.touched, followUp);
  count(cache, removal.gone, 1);
}

/** Put a follow-up back into the lists that it was taken out of. */
export function putBack(cache: QueryClient, touched: readonly QueryKey[], followUp: FollowUp): void {
  for (const key of touched) {
    cache.setQueryData<Pages>(key, (pages) => pages && (isSorted(key) ? replaced(pages, followUp) : inserted(pages, followUp)));
  }
}

/** Show a follow-up as it is now wherever it is listed, and nowhere else. */
export function show(cache: QueryClient, followUp: FollowUp): void {
  // Its own page knows its policy too: that is shown as it was until it has been asked for again.
  cache.setQueryData<ShownFollowUp>(queryKeys.followUp(followUp.id), (shown) => ({ ...shown, ...followUp }));
  const zone = zoneIn(cache);
  const only = new Set([followUp.id]);
  for (const [key, pages] of listsOf(cache)) {
    const stays = belongs(key, followUp, viewOf(followUp, zone, now()));
    cache.setQueryData<Pages>(key, stays ? replaced(pages, followUp) : without(pages, only));
  }
}

function zoneIn(cache: QueryClient): string {
  return cache.getQueryData<Me>(queryKeys.me)?.time_zone ?? "UTC";
}

/** Whether a list is one for a follow-up as it is now. A list of escalations has no view. */
function belongs(key: QueryKey, { severity }: FollowUp, view: View): boolean {
  const listed = viewOfKey(key);
  if (listed === undefined) return view === "overdue" && (severity === "escalated" || severity === "breach");
  return listed === "all" || listed === view || (listed === "open" && view !== "completed");
}

/** A follow-up as it is shown last; as given when no list has it any more. */
export function latest(cache: QueryClient, followUp: FollowUp): FollowUp {
  const shown = listsOf(cache).flatMap(([, { pages }]) => pages.flatMap(({ items }) => items));
  const same = shown.filter(({ id, version }) => id === followUp.id && version > followUp.version);
  return same.reduce((newest, other) => (other.version > newest.version ? other : newest), followUp);
}

function listsOf(cache: QueryClient): [QueryKey, Pages][] {
  return [
    ...cache.getQueriesData<Pages>({ queryKey: queryKeys.followUpLists }),
    ...cache.getQueriesData<Pages>({ queryKey: queryKeys.escalationLists }),
  ].filter((entry): entry is [QueryKey, Pages] => entry[1] !== undefined);
}

/** Asking again for a list asks for all of its loaded pages: more than this would be a burden. */
const PAGES_TO_REFRESH = 3;

/** Ask again for everything that a change may have moved. Long lists wait until they are next opened. */
export function refreshLists(cache: QueryClient): void {
  const loaded = (data: unknown) => (data as Partial<Pages> | undefined)?.pages?.length ?? 0;
  for (const queryKey of [queryKeys.followUps, queryKeys.escalations, queryKeys.subjects]) {
    void cache.invalidateQueries({
      queryKey,
      predicate: ({ state }) => loaded(state.data) <= PAGES_TO_REFRESH,
    });
    void cache.invalidateQueries({ queryKey, refetchType: "none" });
  }
}

/** A follow-up that some list or page has, as it is shown last. */
export function known(cache: QueryClient, id: number): FollowUp | null {
  const own = cache.getQueryData<ShownFollowUp>(queryKeys.followUp(id));
  const listed = listsOf(cache).flatMap(([, { pages }]) => pages.flatMap(({ items }) => items));
  const ofSubjects = cache.getQueriesData<SubjectDetails>({ queryKey: queryKeys.oneSubject });
  const byDay = cache.getQueriesData<FollowUpCalendar>({ queryKey: queryKeys.followUpCalendars });
  const ofDays = byDay.flatMap(([, calendar]) => calendar?.days.flatMap(({ items }) => items) ?? []);
  const all = [...listed, ...ofDays, ...ofSubjects.flatMap(([, subject]) => subject?.follow_ups ?? [])];
  const found = own ?? all.find((each) => each.id === id);
  return found ? latest(cache, found) : null;
}
