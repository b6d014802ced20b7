import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { queryKeys } from "@/api/queryKeys";
import { counted, inserted, putBack, replaced, restore, show, takeOut, without, type Pages } from "@/features/followups/cache";
import { followUp, idsOf, pagesOf } from "@/testing/samples";

const due = (id: number, hour: number) => followUp(id, { due_at: `2026-03-02T${String(hour).padStart(2, "0")}:00:00Z` });

describe("pages", () => {
  const pages = pagesOf([[due(1, 1), due(2, 2)], [due(3, 3)]]);

  it("lose what is done, wherever it is", () => {
    expect(idsOf(without(pages, new Set([2, 3])))).toEqual([1]);
  });

  it("stay the same object when nothing of them changes, so that nothing is drawn again", () => {
    expect(without(pages, new Set([9]))).toBe(pages);
    expect(replaced(pages, due(9, 9))).toBe(pages);
  });

  it("take a follow-up back at its place by due time", () => {
    expect(idsOf(inserted(pages, due(8, 2)))).toEqual([1, 2, 8, 3]);
    expect(idsOf(inserted(pages, due(8, 0)))).toEqual([8, 1, 2, 3]);
    expect(idsOf(inserted(pages, due(8, 9)))).toEqual([1, 2, 3, 8]);
  });

  it("leave it out when its place is not loaded yet: the next page brings it", () => {
    expect(idsOf(inserted(pagesOf([[due(1, 1)]], true), due(8, 9)))).toEqual([1]);
  });

  it("never hold one twice", () => {
    expect(idsOf(inserted(pages, due(2, 2)))).toEqual([1, 2, 3]);
  });

  it("keep what a list knows beyond the follow-up", () => {
    const known = pagesOf([[{ ...due(1, 1), manager: { id: 2, name: "Dana" } } as never]]);
    const next = replaced(known, { ...due(1, 1), title: "New" });
    expect(next.pages[0]?.items[0]).toMatchObject({ title: "New", manager: { name: "Dana" } });
  });
});

describe("counts", () => {
  it("go down by view and never below zero", () => {
    expect(counted({ overdue: 3, today: 1, upcoming: 0 }, { overdue: 2, upcoming: 1 }, -1)).toEqual({
      overdue: 1, today: 1, upcoming: 0,
    });
  });
});

describe("the cache", () => {
  const overdue = queryKeys.followUpList({ view: "overdue", assignee: "all" });
  const completed = queryKeys.followUpList({ view: "completed", assignee: "all" });
  const dashboard = queryKeys.escalationList({ level: "admin" });
  const counts = queryKeys.followUpCounts({ assignee: "all" });
  let cache: QueryClient;
  const ids = (key: readonly unknown[]) => idsOf(cache.getQueryData<Pages>(key));

  afterEach(() => void vi.useRealTimers());

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-03-03T12:00:00Z"), toFake: ["Date"] });
    cache = new QueryClient();
    cache.setQueryData(overdue, pagesOf([[due(1, 1), due(2, 2)]]));
    cache.setQueryData(dashboard, pagesOf([[due(1, 1)]]));
    cache.setQueryData(completed, pagesOf([[due(7, 1)]]));
    cache.setQueryData(counts, { overdue: 2, today: 0, upcoming: 0 });
  });

  it("takes a completed follow-up out of every list of open ones and counts it down", async () => {
    const { touched } = await takeOut(cache, new Set([1]));
    expect([ids(overdue), ids(dashboard), ids(completed)]).toEqual([[2], [], [7]]);
    expect(cache.getQueryData(counts)).toEqual({ overdue: 1, today: 0, upcoming: 0 });
    expect(touched).toEqual([overdue, dashboard]);
  });

  it("is as it was after a failure", async () => {
    const taken = await takeOut(cache, new Set([1]));
    restore(cache, taken, due(1, 1));
    expect([ids(overdue), ids(dashboard)]).toEqual([[1, 2], [1]]);
    expect(cache.getQueryData(counts)).toEqual({ overdue: 2, today: 0, upcoming: 0 });
  });

  it("brings back only what failed, not what went through in the meantime", async () => {
    const first = await takeOut(cache, new Set([1]));
    await takeOut(cache, new Set([2]));
    restore(cache, first, due(1, 1));
    expect(ids(overdue)).toEqual([1]);
    expect(cache.getQueryData(counts)).toEqual({ overdue: 1, today: 0, upcoming: 0 });
  });

  it("moves a rescheduled follow-up out of the lists that it has left", () => {
    show(cache, { ...due(1, 1), due_at: "2026-03-09T09:00:00Z" });
    expect([ids(overdue), ids(dashboard)]).toEqual([[2], []]);
  });

  it("puts an undone completion back where it was", async () => {
    const { touched } = await takeOut(cache, new Set([1]));
    putBack(cache, touched, due(1, 1));
    expect([ids(overdue), ids(dashboard), ids(completed)]).toEqual([[1, 2], [1], [7]]);
  });

  it("shows an edit in every list", () => {
    show(cache, { ...due(1, 1), title: "Edited", severity: "breach" });
    expect(cache.getQueryData<Pages>(dashboard)?.pages[0]?.items[0]?.title).toBe("Edited");
    expect(cache.getQueryData(queryKeys.followUp(1))).toMatchObject({ title: "Edited" });
  });
});
