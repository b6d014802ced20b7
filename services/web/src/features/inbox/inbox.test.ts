import { expect, it } from "vitest";
import { markedRead, newestOf } from "@/features/inbox/inbox";
import { notification } from "@/testing/samples";

const pages: Parameters<typeof markedRead>[0] = { pageParams: ["", "a"], pages: [[9, 7], [5]].map((ids) => ({ items: ids.map(notification), next_cursor: null })) };
const read = (marked: typeof pages) =>
  marked.pages.flatMap(({ items }) => items).flatMap(({ id, read_at: at }) => (at === null ? [] : [id]));

it("marks what was shown, and leaves unread what came meanwhile", () => {
  expect(read(markedRead(pages, { upTo: 7 }, "2026-03-02T09:00:00Z"))).toEqual([7, 5]);
  expect(read(markedRead(pages, { id: 7 }, "2026-03-02T09:00:00Z"))).toEqual([7]);
});

it("takes for the newest what is shown, which is none of an empty list", () => {
  expect(newestOf([9, 7].map(notification))).toBe(9);
  expect(newestOf([])).toBeUndefined();
  expect(newestOf(undefined)).toBeUndefined();
});
