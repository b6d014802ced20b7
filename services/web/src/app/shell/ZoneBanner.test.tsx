import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, it } from "vitest";
import { queryKeys } from "@/api/queryKeys";
import { ZoneBanner } from "@/app/shell/ZoneBanner";
import { me } from "@/testing/samples";

function show(zone: string) {
  const cache = new QueryClient();
  cache.setQueryData(queryKeys.me, me({ time_zone: zone }));
  render(
    <MemoryRouter>
      <QueryClientProvider client={cache}>
        <ZoneBanner />
      </QueryClientProvider>
    </MemoryRouter>,
  );
}

it("says that times are in UTC where this browser does not know the person's zone", () => {
  show("America/Coyhaique_of_tomorrow");
  expect(screen.getByRole("status").textContent).toContain("times are shown in UTC");
  expect(screen.getByRole("link").getAttribute("href")).toBe("/settings");
});

it("is silent where it does", () => {
  show("Europe/Berlin");
  expect(screen.queryByRole("status")).toBeNull();
});
