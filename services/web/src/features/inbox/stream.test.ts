import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { InboxStream, type InboxState } from "@/features/inbox/stream";

class FakeSource {
  static made: FakeSource[] = [];
  onerror: (() => void) | null = null;
  closed = false;
  private heard = new Map<string, (event: MessageEvent) => void>();

  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }

  addEventListener(name: string, listener: (event: MessageEvent) => void) {
    this.heard.set(name, listener);
  }

  say(state: InboxState) {
    this.heard.get("inbox")?.(new MessageEvent("inbox", { data: JSON.stringify(state) }));
  }

  end() {
    this.heard.get("closed")?.(new MessageEvent("closed", { data: '{"reason": "too-many-streams"}' }));
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
  stream = new InboxStream(42, ({ unread }) => seen.push(unread));
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
});

it("passes on how the inbox is", () => {
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

it("does not come back by itself once it made place for another one, but when somebody turns to the tab", () => {
  latest().end();
  expect(latest().closed).toBe(true);
  vi.advanceTimersByTime(600_000);
  expect(FakeSource.made).toHaveLength(1);
  window.dispatchEvent(new Event("focus"));
  window.dispatchEvent(new Event("focus"));
  expect(FakeSource.made).toHaveLength(2);
  latest().say({ unread: 1, newest_id: 3 });
  expect(seen).toEqual([1]);
});
