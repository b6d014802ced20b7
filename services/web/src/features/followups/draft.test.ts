import { describe, expect, it } from "vitest";
import { changesOf, createBody, draftOf, mistakesOf, rebased } from "@/features/followups/draft";
import { followUp } from "@/testing/samples";

const base = draftOf(followUp(1, { subject: { id: 7, kind: "client", name: "Acme", external_id: null, url: null, phone: null, email: null } }));

describe("changesOf", () => {
  it("sends only what was changed, so that others' changes to other fields stay", () => {
    expect(changesOf({ ...base, notes: "Ask for Ms Okafor" }, base)).toEqual({ notes: "Ask for Ms Okafor" });
    expect(changesOf(base, base)).toEqual({});
  });

  it("sends kind, priority, tags and value where they differ in what they mean", () => {
    const tagged = { ...base, tags: ["renewal", "vip"], value: { amount: "1200.00", currency: "EUR" } };
    expect(changesOf({ ...tagged, tags: ["VIP ", "renewal"], value: { amount: "1200", currency: "EUR" } }, tagged)).toEqual({});
    const other = { kind: "call", priority: "high" as const, tags: ["Vip"], value: { amount: "", currency: "EUR" } };
    expect(changesOf({ ...tagged, ...other }, tagged)).toEqual({ kind: "call", priority: "high", tags: ["vip"], value: null });
    expect(createBody({ ...base, value: { amount: "5.5", currency: "CHF" } }).value).toEqual({ amount: "5.50", currency: "CHF" });
  });

  it("does not take the same moment in another notation for a change", () => {
    expect(changesOf({ ...base, due_at: "2026-03-02T10:00:00+01:00" }, base)).toEqual({});
  });

  it("says which lead or client: an existing one, a new one, none", () => {
    expect(changesOf({ ...base, subject: { id: 8, kind: "lead", name: "Globex" } }, base)).toEqual({ subject: { id: 8 } });
    expect(changesOf({ ...base, subject: { id: null, kind: "lead", name: "Globex" } }, base)).toEqual({
      subject: { kind: "lead", name: "Globex" },
    });
    expect(changesOf({ ...base, subject: null }, base)).toEqual({ subject: null });
  });
});

describe("a stale edit", () => {
  it("keeps what was typed and takes the rest as others saved it", () => {
    const theirs = { ...base, title: "Theirs", due_at: "2026-03-09T09:00:00Z" };
    expect(rebased({ ...base, title: "Mine" }, base, theirs)).toEqual({ ...theirs, title: "Mine" });
    expect(rebased(base, base, theirs)).toEqual(theirs);
  });
});

describe("a new follow-up", () => {
  it("needs words and a time", () => {
    expect(mistakesOf({ ...base, title: "  ", due_at: null })).toEqual({
      title: "Say what is to be done.",
      due_at: "Choose when it is due.",
    });
    expect(mistakesOf(base)).toEqual({});
  });

  it("is sent without the spaces around its title", () => {
    expect(createBody({ ...base, title: " Call " })).toMatchObject({ title: "Call", subject: { id: 7 } });
  });
});
