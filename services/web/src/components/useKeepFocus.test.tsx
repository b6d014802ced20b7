import { act, render } from "@testing-library/react";
import { useRef } from "react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { useKeepFocus } from "@/components/useKeepFocus";

function List({ names }: { names: readonly string[] }) {
  const root = useRef<HTMLUListElement>(null);
  useKeepFocus(root);
  return (
    <ul ref={root}>
      {names.map((name, index) => (
        <li key={name} data-index={index}>
          <a href={`/${name}`}>{name}</a>
        </li>
      ))}
    </ul>
  );
}

const outside = document.createElement("button");
beforeEach(() => document.body.append(outside));
afterEach(() => outside.remove());

const focus = (name: string) => act(() => document.querySelector<HTMLElement>(`[href="/${name}"]`)?.focus());
const focused = () => document.activeElement?.textContent;

it("gives the focus of a row that goes to the one that takes its place, or to the last", () => {
  const { rerender } = render(<List names={["a", "b", "c"]} />);
  focus("b");
  rerender(<List names={["a", "c"]} />);
  expect(focused()).toBe("c");
  rerender(<List names={["a"]} />);
  expect(focused()).toBe("a");
});

it("takes the focus from nothing else", () => {
  const { rerender } = render(<List names={["a", "b"]} />);
  focus("a");
  act(() => outside.focus());
  rerender(<List names={["b"]} />);
  expect(document.activeElement).toBe(outside);
  act(() => outside.blur());
  rerender(<List names={[]} />);
  expect(document.activeElement).toBe(document.body);
});
