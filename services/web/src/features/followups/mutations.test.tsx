import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { queryKeys } from "@/api/queryKeys";
import { Problem } from "@/api/problem";
import type { Pages } from "@/features/followups/cache";
import { CompleteButton } from "@/features/followups/CompleteButton";
import { useBulk } from "@/features/followups/mutations";
import { followUp, idsOf, me, pagesOf } from "@/testing/samples";

const overdue = queryKeys.followUpList({ view: "overdue" });
const call = followUp(1, { title: "Call Acme", subject: { id: 5, name: "Acme Ltd", kind: "client", external_id: null, url: null, phone: null, email: null } });
let cache: QueryClient;

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

beforeEach(() => {
  notifications.clean();
  cache = new QueryClient({ defaultOptions: { mutations: { networkMode: "always" } } });
  cache.setQueryData(queryKeys.me, me());
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
  expect(await screen.findByText("Completed “Call Acme” (Acme Ltd)")).toBeTruthy();
});

it("brings the follow-up back and says why when the API refuses", async () => {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(json({ title: "Not available now", detail: "The database is away." }, 503))));
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  expect(await screen.findByText("“Call Acme” (Acme Ltd) is still open")).toBeTruthy();
  expect(screen.getByText("The database is away.")).toBeTruthy();
  expect(listed()).toEqual([1, 2]);
});

it("brings it back when the network is gone, and tries again on request", async () => {
  const fetch = vi.fn(() => Promise.reject(new TypeError("Failed to fetch")));
  vi.stubGlobal("fetch", fetch);
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  await screen.findByText("“Call Acme” (Acme Ltd) is still open");
  expect(listed()).toEqual([1, 2]);
  fetch.mockImplementation(() => Promise.resolve(json({ ...call, status: "completed" })) as never);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Completed “Call Acme” (Acme Ltd)")).toBeTruthy();
  expect(listed()).toEqual([2]);
});

it("undoes a completion: the API takes it back, the row is in its place again", async () => {
  const fetch = vi.fn(({ url }: Request) =>
    Promise.resolve(json({ ...call, status: url.endsWith("/complete") ? "completed" : "open", version: 3 })),
  );
  vi.stubGlobal("fetch", fetch);
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(listed()).toEqual([1, 2]));
  expect(fetch.mock.lastCall?.[0].url).toMatch(/\/api\/v1\/follow-ups\/1\/undo$/);
});

it("undoes what it did and nothing newer, and shows what somebody made of it", async () => {
  const newer = { ...call, status: "completed", title: "Call Acme in June", version: 3, etag: '"3-newer"' };
  const stale = { title: "Changed in the meantime", detail: "Follow-up 1 has changed since you read it.", current: newer };
  const fetch = vi.fn(({ url }: Request) =>
    Promise.resolve(url.endsWith("/undo") ? json(stale, 412) : json({ ...call, status: "completed", etag: '"2-done"' })),
  );
  vi.stubGlobal("fetch", fetch);
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await screen.findByText("“Call Acme” (Acme Ltd) stays as it is")).toBeTruthy();
  expect(screen.getByText(/^It has changed since you read it\./)).toBeTruthy();
  expect(fetch.mock.lastCall?.[0].headers.get("If-Match")).toBe('"2-done"');
  expect(cache.getQueryData(queryKeys.followUp(1))).toMatchObject({ etag: '"3-newer"' });
});

it("keeps what is done of many when a later part fails, and says what is left", async () => {
  const many = Array.from({ length: 10_050 }, (_, index) => followUp(index + 1));
  let calls = 0;
  vi.stubGlobal(
    "fetch",
    vi.fn(async (request: Request) => {
      if (++calls === 2) throw new TypeError("Failed to fetch");
      const { ids } = (await request.json()) as { ids: number[] };
      return json({ done: ids, changed: ids.map((id) => ({ id, etag: `"2-${id}"` })), failed: [] });
    }),
  );
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useBulk(), { wrapper });
  const outcome = await result.current.mutateAsync({ action: "complete", followUps: many });
  expect(calls).toBe(2);
  expect(outcome.done).toHaveLength(10_000);
  expect(outcome.changed[9_999]).toEqual({ id: 10_000, etag: '"2-10000"' });
  expect(outcome.left).toHaveLength(50);
  expect(outcome.error).toBeInstanceOf(Problem);
  expect(listed()).toEqual([]); // both were done
});

it("completes only what it has shown, and offers to complete what somebody made of it", async () => {
  const theirs = { ...call, title: "Call Acme in June", version: 2, etag: '"2-theirs"' };
  const stale = { title: "Changed in the meantime", detail: "Follow-up 1 has changed since you read it.", current: theirs };
  const fetch = vi.fn<(request: Request) => Promise<Response>>(() => Promise.resolve(json(stale, 412)));
  vi.stubGlobal("fetch", fetch);
  const sent = () => fetch.mock.lastCall?.[0].headers.get("If-Match");
  await userEvent.click(screen.getByRole("button", { name: "Complete Call Acme" }));
  await screen.findByText(/^It has changed since you read it\./);
  expect(sent()).toBe(call.etag);
  fetch.mockImplementation(() => Promise.resolve(json({ ...theirs, status: "completed" })));
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Completed “Call Acme in June” (Acme Ltd)")).toBeTruthy();
  expect(sent()).toBe('"2-theirs"');
});
