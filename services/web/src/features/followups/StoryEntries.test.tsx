import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, it } from "vitest";
import { queryKeys } from "@/api/queryKeys";
import type { StoryEntry } from "@/api/types";
import StoryEntries from "@/features/followups/StoryEntries";
import { me } from "@/testing/samples";

it("leaves a space between what happened, what it is about and when", () => {
  const entry = {
    id: 1,
    kind: "completed",
    summary: "Amir Patel completed it",
    created_at: "2026-03-03T12:00:00Z",
    follow_up: { id: 7, title: "Follow up" },
    escalation: null,
  } as unknown as StoryEntry;
  const cache = new QueryClient();
  cache.setQueryData(queryKeys.me, me());
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <MemoryRouter>
          <StoryEntries entries={[entry]} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  expect(screen.getByRole("listitem").textContent).toMatch(/^Amir Patel completed it Follow up \S/);
});
