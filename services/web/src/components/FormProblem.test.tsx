import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Problem, problemOf } from "@/api/problem";
import { FormProblem } from "@/components/FormProblem";

const show = (error: unknown, fields?: string[]) =>
  render(
    <MantineProvider>
      <FormProblem error={error} {...(fields && { fields })} />
    </MantineProvider>,
  );

it("leaves it to the dialog over the page to say that the session has ended", () => {
  show(new Problem(401, "Log in first", "Log in."));
  expect(screen.queryByRole("alert")).toBeNull();
});

it("says in the words of the page what is wrong with a field that does not say so itself", async () => {
  const message = "expires_at is too late: use at most 365 days.";
  const answer = { title: "The request is not valid", detail: message, errors: [{ field: "expires_at", message }] };
  show(await problemOf(Response.json(answer, { status: 422 })));
  expect(screen.getByRole("alert").textContent).toContain("End of the token is too late");
});

it("leaves it to a field to say what is wrong with it", () => {
  show(new Problem(422, "The request is not valid", "…", [{ field: "name", message: "Name is empty." }]), ["name"]);
  expect(screen.getByRole("alert").textContent).toContain("Look at what is marked below.");
});
