import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { useDiscard } from "@/features/ops/mutations";

it("gives up of a type only what was shown when one asked for it", async () => {
  const done = { done: 2, refused: 0, reason: null, left: 1 };
  const fetch = vi.fn<(request: Request) => Promise<Response>>(() => Promise.resolve(Response.json(done)));
  vi.stubGlobal("fetch", fetch);
  const cache = new QueryClient({ defaultOptions: { mutations: { networkMode: "always" } } });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useDiscard(), { wrapper });
  const upTo = "2026-03-31T09:00:02.510344Z";
  await result.current.mutateAsync({ target: { type: "unreadable", upTo }, note: "A port scan" });
  expect(await fetch.mock.lastCall?.[0].json()).toEqual({ type: "unreadable", up_to: upTo, note: "A port scan", limit: 1000 });
});
