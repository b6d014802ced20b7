import { describe, expect, it } from "vitest";
import { describeColumnError, columnLabel, describeDetail, describeFieldError } from "@/api/fields";
import spec from "../../../../docs/openapi.json";

it.each([
  ["password", "password is wrong: type the one with which you log in.", "Password is wrong: type the one with which you log in."],
  ["due_at", "due_at needs a time zone.", "Due time needs a time zone."],
  ["title", "title is empty: write something.", "“What is to be done” is empty: write something."],
  ["subject.name", "subject.name is empty: write something.", "Name of the lead or client is empty: write something."],
  ["assignee_id", "There is no such person: choose another assignee_id.", "There is no such person: choose another assignee."],
  ["name", "name 'due_at' is taken.", "Name 'due_at' is taken."],
  ["limit", "limit must be a whole number.", "limit must be a whole number."],
])("says what is wrong with %s as the form calls it", (field, message, said) => {
  expect(describeFieldError(field, message)).toBe(said);
  expect(describeDetail(message)).toBe(said);
});

it("names the columns of an import as one chooses them", () => {
  expect(columnLabel("subject_kind")).toBe("Lead or client");
  expect(columnLabel("Colour")).toBe("Colour");
  expect(describeColumnError("assignee_email", "assignee_email 'x_y@example.com' belongs to nobody here.")).toBe(
    "Assignee's e-mail address 'x_y@example.com' belongs to nobody here.",
  );
});

describe("every field that a form of the page sends has a name on the page", () => {
  const forms = ["FollowUpCreate", "FollowUpPatch", "NewUser", "UserChanges", "MeChanges", "PasswordChange", "Proof",
    "NewToken", "SubjectPatch", "Discard"] as const;
  const fields = [...new Set(forms.flatMap((form) => Object.keys(spec.components.schemas[form].properties)))];
  it.each(fields)("%s", (field) => {
    expect(describeFieldError(field, `${field} is wrong.`)).not.toMatch(/^[a-z]/);
  });
});
