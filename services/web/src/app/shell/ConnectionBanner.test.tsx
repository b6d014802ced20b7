import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { problemOf } from "@/api/problem";
import { ConnectionBanner } from "@/app/shell/ConnectionBanner";

it("says while a proxy answers in the server's place, and no longer once the server does", async () => {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  let answer = new Response("<html>Bad gateway</html>", { status: 502 });
  const queryFn = async () => {
    if (!answer.ok) throw await problemOf(answer);
    return null;
  };
  const ask = () => act(() => cache.query({ queryKey: ["anything"], queryFn }).catch(() => undefined));
  render(
    <QueryClientProvider client={cache}>
      <ConnectionBanner />
    </QueryClientProvider>,
  );
  expect(screen.queryByRole("status")).toBeNull();
  await ask();
  expect(screen.getByRole("status").textContent).toContain("Followup does not answer.");
  answer = Response.json({});
  await ask();
  expect(screen.queryByRole("status")).toBeNull();
});
