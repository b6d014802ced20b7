import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { DiscardDialog } from "@/features/ops/DiscardDialog";

it("asks before it drops the reason that somebody has typed", async () => {
  const close = vi.fn();
  render(
    <MantineProvider env="test">
      <div id="content" />
      <QueryClientProvider client={new QueryClient()}>
        <DiscardDialog target={{ type: "escalations.raised", upTo: "2026-03-02T09:00:00Z" }} close={close} />
        <ConfirmDialog />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await userEvent.type(screen.getByLabelText(/Why/), "Its client is gone");
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await userEvent.click(screen.getByRole("button", { name: "Keep editing" }));
  expect(close).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await userEvent.click(screen.getByRole("button", { name: "Leave" }));
  expect(close).toHaveBeenCalledOnce();
});
