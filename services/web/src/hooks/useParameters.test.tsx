import { act, renderHook } from "@testing-library/react";
import type { PropsWithChildren } from "react";
import { BrowserRouter } from "react-router";
import { expect, it } from "vitest";
import { useParameters } from "@/hooks/useParameters";

const wrapper = ({ children }: PropsWithChildren) => <BrowserRouter>{children}</BrowserRouter>;

it("keeps what a page shows in its address, leaves out what is empty, and makes no step for 'back'", () => {
  window.history.replaceState(null, "", "/people?kind=lead");
  const steps = window.history.length;
  const { result } = renderHook(() => useParameters(), { wrapper });
  act(() => {
    const [, change] = result.current;
    change({ q: "acme", who: undefined });
    change({ kind: "" }); // before the page was drawn again
  });
  expect(window.location.search).toBe("?q=acme");
  expect(Object.fromEntries(result.current[0])).toEqual({ q: "acme" });
  expect(window.history.length).toBe(steps);
});
