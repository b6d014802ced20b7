import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DueField } from "@/features/followups/DueField";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-03-03T12:00:00Z"), toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

// No browser's day is both of these at that moment.
it.each([
  ["Pacific/Kiritimati", "4 March 2026"],
  ["Pacific/Pago_Pago", "3 March 2026"],
])("marks today in %s: %s", (zone, day) => {
  render(
    <MantineProvider env="test">
      <DueField value="2026-03-12T12:00:00Z" onChange={() => undefined} zone={zone} />
    </MantineProvider>,
  );
  fireEvent.click(screen.getByLabelText("Due"));
  const marked = [...document.querySelectorAll("[aria-current], [data-highlight-today]")];
  expect(marked.map((button) => button.getAttribute("aria-label"))).toEqual([day]);
});
