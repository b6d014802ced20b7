import { expect, it } from "vitest";
import { Submission } from "@/api/submission";

const VISIBLE_ASCII = /^[\x21-\x7e]{20,255}$/;

it("keeps its key through every try of the same content", () => {
  const submission = new Submission();
  const first = submission.keyOf({ title: "Call", due_at: "2199-01-01T00:00:00Z" });
  expect(first).toMatch(VISIBLE_ASCII);
  expect(submission.keyOf({ title: "Call", due_at: "2199-01-01T00:00:00Z" })).toBe(first);
});

it("has another key for other content, and for the same once it was created", () => {
  const submission = new Submission();
  const keys = [submission.keyOf("a"), submission.keyOf("b")];
  submission.created();
  keys.push(submission.keyOf("b"), new Submission().keyOf("b"));
  expect(new Set(keys).size).toBe(4);
});
