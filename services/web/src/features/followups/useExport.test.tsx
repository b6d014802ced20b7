import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { useExport } from "@/features/followups/useExport";

const WANTED = { query: { view: "all", format: "csv" }, name: "follow-ups.csv" } as const;

function Export() {
  const file = useExport();
  return <button onClick={() => file.mutate(WANTED)}>Export</button>;
}

it("says why a file is refused, offers to try again, and keeps the one that comes", async () => {
  const detail = "A file for you is being written already: wait until it is here.";
  const refused = Response.json({ title: "Too many downloads at once", detail }, { status: 429 });
  vi.stubGlobal("fetch", vi.fn().mockResolvedValueOnce(refused).mockResolvedValueOnce(new Response("title\n")));
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:kept", revokeObjectURL: () => undefined }));
  const kept: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    kept.push(`${this.download} ${this.href}`);
  });
  notifications.clean(); // of the tests before
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={new QueryClient()}>
        <Export />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Export" }));
  expect(await screen.findByText(detail)).toBeTruthy();
  expect(kept).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(kept).toEqual(["follow-ups.csv blob:kept"]));
});
