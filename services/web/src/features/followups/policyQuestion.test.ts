import { describe, expect, it } from "vitest";
import { POLICY_WOULD_CHANGE, Problem } from "@/api/problem";
import { asksAboutPolicy, mayMoveClock } from "@/features/followups/policyQuestion";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const late = { status: "open", due_at: "2026-03-02T09:00:00Z" } as const;

describe("mayMoveClock", () => {
  it("holds where a clock runs and conditions ask about what changes", () => {
    expect(mayMoveClock(late, { kind: "call" }, NOW)).toBe(true);
    expect(mayMoveClock(late, { subject: null, title: "Other" }, NOW)).toBe(true);
  });

  it("does not where nothing is to be decided", () => {
    expect(mayMoveClock(late, { title: "Other", notes: "" }, NOW)).toBe(false);
    expect(mayMoveClock(late, { kind: "call", due_at: "2026-03-03T09:00:00Z" }, NOW)).toBe(false);
    expect(mayMoveClock({ ...late, due_at: "2026-03-02T12:00:01Z" }, { kind: "call" }, NOW)).toBe(false);
    expect(mayMoveClock({ ...late, status: "completed" }, { kind: "call" }, NOW)).toBe(false);
  });
});

it("knows the question among other refusals", () => {
  expect(asksAboutPolicy(new Problem(409, "", "", [], null, POLICY_WOULD_CHANGE))).toBe(true);
  expect(asksAboutPolicy(new Problem(409, "", ""))).toBe(false);
  expect(asksAboutPolicy(new Error("network"))).toBe(false);
});
