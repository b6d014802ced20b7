import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { queryKeys } from "@/api/queryKeys";
import { DueField } from "@/features/followups/DueField";
import { me } from "@/testing/samples";

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
  draw(zone, () => undefined);
  fireEvent.click(screen.getByRole("button", { name: "Choose from a calendar" }));
  const marked = [...document.querySelectorAll("[aria-current], [data-highlight-today]")];
  expect(marked.map((button) => button.getAttribute("aria-label"))).toEqual([day]);
});

it("says what it understands while one types, and what it does not", () => {
  const heard: (string | null)[] = [];
  draw("Europe/Berlin", (at) => heard.push(at));
  const field = screen.getByLabelText("Due");
  fireEvent.change(field, { target: { value: "tue 3pm" } });
  expect(screen.getByRole("status").textContent).toBe("Tue 3 Mar 2026, 15:00 (in 2 h)");
  fireEvent.change(field, { target: { value: "tue 3pn" } });
  expect(screen.getByRole("status").textContent).toContain("“3pn” is not understood");
  fireEvent.change(field, { target: { value: "in 2 weeks 8:00" } });
  fireEvent.change(field, { target: { value: "2.3." } });
  expect(heard).toEqual(["2026-03-03T14:00:00Z", null, "2026-03-17T07:00:00Z", "2027-03-02T08:00:00Z"]);
});

it("has given what is typed to its form when the next key can come", async () => {
  draw("Europe/Berlin", () => undefined);
  const field = screen.getByLabelText<HTMLInputElement>("Due");
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", false); // as in a browser: effects come when it has time
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, "soon");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await Promise.resolve();
  expect(screen.getByTestId("held").textContent).toBe("");
});

function draw(zone: string, onChange: (at: string | null) => void) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  cache.setQueryData(queryKeys.me, { ...me(), time_zone: zone });
  cache.setQueryData(queryKeys.presets(1), []);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={cache}>
        <Held zone={zone} onChange={onChange} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

/** A form around it. */
function Held({ zone, onChange }: { zone: string; onChange: (at: string | null) => void }) {
  const [value, setValue] = useState<string | null>("2026-03-12T12:00:00Z");
  return (
    <>
      <DueField
        value={value}
        onChange={(at) => {
          onChange(at);
          setValue(at);
        }}
        zone={zone}
        assignee={1}
      />
      <p data-testid="held">{value}</p>
    </>
  );
}
