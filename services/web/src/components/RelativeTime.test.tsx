import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { queryKeys } from "@/api/queryKeys";
import { RelativeTime } from "@/components/RelativeTime";
import { me } from "@/testing/samples";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-03-03T12:00:00Z"), toFake: ["Date", "setInterval", "clearInterval"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function show(as: "due" | "calendar") {
  const cache = new QueryClient();
  cache.setQueryData(queryKeys.me, me({ time_zone: "Asia/Tokyo" }));
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <RelativeTime at="2026-03-03T12:02:00Z" as={as} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("keeps current without a reload, from planned to overdue", () => {
  show("due");
  expect(screen.getByText("in 2 min")).toBeTruthy();
  act(() => void vi.advanceTimersByTime(2 * 60_000 + 15_000));
  expect(screen.getByText("due now")).toBeTruthy();
  act(() => void vi.advanceTimersByTime(60_000));
  expect(screen.getByText("1 min overdue")).toBeTruthy();
});

it("is in the zone of the person, not of the machine", () => {
  show("calendar");
  expect(screen.getByText("Today 21:02")).toBeTruthy();
});
