import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { later, loadAhead } from "@/components/later";

type Module = { default: (props: { name: string }) => ReactNode };
const there: Module = { default: ({ name }) => <p>Dialog of {name}</p> };
const draw = (Part: Module["default"]) => render(<Part name="Acme" />, { wrapper: ({ children }) => <MantineProvider env="test">{children}</MantineProvider> });

it("shows that something comes while it loads, and draws at once what was loaded ahead", async () => {
  vi.stubGlobal("requestIdleCallback", (run: () => void) => run());
  vi.stubGlobal("cancelIdleCallback", () => undefined);
  let arrive: (module: Module) => void = () => undefined;
  const load = vi.fn(() => new Promise<Module>((resolve) => (arrive = resolve)));
  const Part = later(load);
  draw(Part);
  expect(screen.getByRole("status", { name: "Loading" })).toBeTruthy();
  arrive(there);
  expect(await screen.findByText("Dialog of Acme")).toBeTruthy();

  const Early = later(vi.fn(() => Promise.resolve(there)));
  loadAhead();
  const Late = later(() => Promise.resolve(there)); // of a page that is opened later
  await Promise.resolve();
  await Promise.resolve();
  for (const Ahead of [Early, Late]) {
    const { container, unmount } = draw(Ahead);
    expect(container.textContent).toContain("Dialog of Acme"); // without a moment in between
    unmount();
  }
});

it("asks again for what could not be loaded ahead", async () => {
  let online = false;
  const Part = later(async () => {
    if (!online) throw new Error("offline");
    return Promise.resolve(there);
  });
  await Promise.resolve();
  online = true;
  draw(Part);
  expect(await screen.findByText("Dialog of Acme")).toBeTruthy();
});
