import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { keys } from "@/api/keys";
import type { Pages } from "@/features/followups/cache";
import { CompleteButton } from "@/features/followups/CompleteButton";
import { followUp, idsOf, pagesOf } from "@/testing/samples";

const overdue = keys.followUpList({ view: "overdue" });
const call = followUp(1, { title: "Call Acme" });
let cache: QueryClient;

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

beforeEach(() => {
  notifications.clean();
  cache = new QueryClient({ defaultOptions: { mutations: { networkMode: "always" } } });
  cache.setQueryData(overdue, pagesOf([[call, followUp(2, { due_at: "2026-03-02T10:00:00Z" })]]));
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <Notifications />
        <CompleteButton followUp={call} />
      </QueryClientProvider>
    </MantineProvider>,
  );
});

const listed = () => idsOf(cache.getQueryData<Pages>(overdue));

it("completes at once, before the API has answered", async () => {
  let answer: (response: Response) => void = () => undefined;
  vi.stubGlobal("fetch", vi.fn(() => new Promise<Response>((resolve) => (answer = resolve))));
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  await waitFor(() => expect(listed()).toEqual([2]));
  answer(json({ ...call, status: "completed" }));
  expect(await screen.findByText("Completed “Call Acme”")).toBeTruthy();
});

it("brings the follow-up back and says why when the API refuses", async () => {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(json({ title: "Not available now", detail: "The database is away." }, 503))));
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  expect(await screen.findByText("“Call Acme” is still open")).toBeTruthy();
  expect(screen.getByText("The database is away.")).toBeTruthy();
  expect(listed()).toEqual([1, 2]);
});

it("brings it back when the network is gone, and tries again on request", async () => {
  const fetch = vi.fn(() => Promise.reject(new TypeError("Failed to fetch")));
  vi.stubGlobal("fetch", fetch);
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  await screen.findByText("“Call Acme” is still open");
  expect(listed()).toEqual([1, 2]);
  fetch.mockImplementation(() => Promise.resolve(json({ ...call, status: "completed" })) as never);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Completed “Call Acme”")).toBeTruthy();
  expect(listed()).toEqual([2]);
});

it("undoes a completion: the API takes it back, the row is in its place again", async () => {
  const fetch = vi.fn((url: string) =>
    Promise.resolve(json({ ...call, status: url.endsWith("/complete") ? "completed" : "open", version: 3 })),
  );
  vi.stubGlobal("fetch", fetch);
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(listed()).toEqual([1, 2]));
  expect(fetch.mock.lastCall?.[0]).toBe("/api/v1/follow-ups/1/undo");
});

it("completes only what it has shown, and offers to complete what somebody made of it", async () => {
  const theirs = { ...call, title: "Call Acme in June", version: 2, etag: '"2-theirs"' };
  const stale = { title: "Changed in the meantime", detail: "Follow-up 1 has changed since you read it.", current: theirs };
  const fetch = vi.fn(() => Promise.resolve(json(stale, 412)));
  vi.stubGlobal("fetch", fetch);
  const sent = () => new Headers((fetch.mock.lastCall as unknown as [string, RequestInit])[1].headers).get("If-Match");
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  await screen.findByText("Follow-up 1 has changed since you read it.");
  expect(sent()).toBe(call.etag);
  fetch.mockImplementation(() => Promise.resolve(json({ ...theirs, status: "completed" })));
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Completed “Call Acme in June”")).toBeTruthy();
  expect(sent()).toBe('"2-theirs"');
});
