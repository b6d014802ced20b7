import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { InboxStream, type InboxState } from "@/features/inbox/stream";

class FakeSource {
  static made: FakeSource[] = [];
  onerror: (() => void) | null = null;
  closed = false;
  private heard: ((event: MessageEvent) => void) | undefined;

  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }

  addEventListener(_: string, listener: (event: MessageEvent) => void) {
    this.heard = listener;
  }

  say(state: InboxState) {
    this.heard?.(new MessageEvent("inbox", { data: JSON.stringify(state) }));
  }

  close() {
    this.closed = true;
  }
}

const latest = () => FakeSource.made.at(-1) as FakeSource;
let seen: number[];
let stream: InboxStream;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.made = [];
  vi.stubGlobal("EventSource", FakeSource);
  seen = [];
  stream = new InboxStream(({ unread }) => seen.push(unread));
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
});

it("passes on how the inbox stands", () => {
  latest().say({ unread: 2, newest_id: 9 });
  expect(seen).toEqual([2]);
});

it("connects again after an error, later each time, and at once when the network is back", () => {
  latest().onerror?.();
  vi.advanceTimersByTime(999);
  expect(FakeSource.made).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(FakeSource.made).toHaveLength(2);
  latest().onerror?.();
  vi.advanceTimersByTime(1_999);
  expect(FakeSource.made).toHaveLength(2);
  window.dispatchEvent(new Event("online"));
  expect(FakeSource.made).toHaveLength(3);
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.made).toHaveLength(3);
});

it("has one connection at a time, and none after the end", () => {
  latest().onerror?.();
  vi.advanceTimersByTime(1_000);
  expect(FakeSource.made.map(({ closed }) => closed)).toEqual([true, false]);
  stream.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.made).toHaveLength(2);
  expect(latest().closed).toBe(true);
});
