import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { DiscardDialog } from "@/features/ops/DiscardDialog";

it("gives up of a type only what was shown when one asked for it", async () => {
  const done = { done: 2, refused: 0, reason: null, left: 1 };
  const fetch = vi.fn(() => Promise.resolve(new Response(JSON.stringify(done), { status: 200 })));
  vi.stubGlobal("fetch", fetch);
  const close = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { mutations: { networkMode: "always" } } })}>
        <DiscardDialog target={{ type: "unreadable", upTo: "2026-03-31T09:00:02.510344Z" }} close={close} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await userEvent.type(screen.getByLabelText(/Why/), "A port scan");
  await userEvent.click(screen.getByRole("button", { name: "Discard" }));
  await waitFor(() => expect(close).toHaveBeenCalled());
  const [, init] = fetch.mock.lastCall as unknown as [string, RequestInit];
  expect(JSON.parse(init.body as string)).toEqual({
    type: "unreadable",
    up_to: "2026-03-31T09:00:02.510344Z",
    note: "A port scan",
    limit: 1000,
  });
});
