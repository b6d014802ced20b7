import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { failed, MOST_MESSAGES } from "@/components/toasts";
import { expectUndo, forgetUndo, undoLast, withUndo } from "@/components/undo";

beforeEach(() => {
  notifications.clean();
  render(
    <MantineProvider env="test">
      <Notifications limit={MOST_MESSAGES} autoClose={false} />
    </MantineProvider>,
  );
});

const said = () => [...document.querySelectorAll("[role=alert]")].map((message) => message.textContent);

it("shows the newest of many messages at once, and what failed longest", () => {
  act(() => {
    failed("Not moved", new Error("no"));
    for (let each = 1; each <= 10; each++) withUndo(`Completed ${each}`, () => Promise.resolve());
  });
  expect(said()).toHaveLength(MOST_MESSAGES);
  expect(said()[0]).toContain("Not moved");
  expect(said().slice(1)).toEqual(["Completed 9Undo", "Completed 10Undo"]);
});

it("says in one message what is taken back, and when it is; by key the latest first", async () => {
  let answer: () => void = () => undefined;
  withUndo("Completed 1", () => Promise.resolve());
  withUndo("Completed 2", () => new Promise<void>((resolve) => (answer = resolve)));
  act(() => void undoLast());
  expect(said()).toEqual(["Completed 1Undo", "Taking back: completed 2"]);
  answer();
  await waitFor(() => expect(said()).toContain("Taken back: completed 2"));
  await userEvent.click(screen.getByText("Undo"));
  await waitFor(() => expect(said()).toEqual(["Taken back: completed 2", "Taken back: completed 1"]));
});

it("leaves no message that it takes something back when that, or the change, has failed", async () => {
  const [failing, refused] = [expectUndo(), expectUndo()];
  act(() => {
    undoLast();
    undoLast();
  });
  expect(said()).toEqual(["Taking back the last change", "Taking back the last change"]);
  act(() => {
    forgetUndo(failing);
    withUndo("Completed 2", () => Promise.reject(new Error("It has changed.")), refused);
  });
  await waitFor(() => expect(said()).toEqual([]));
});
