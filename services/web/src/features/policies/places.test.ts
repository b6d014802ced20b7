import { expect, test } from "vitest";
import { places } from "@/features/policies/places";

const at = (time: string) => ({ at: `2026-03-02T${time}:00Z` });

test("both time lines share one scale, which begins with what comes first", () => {
  expect(places({ due_at: "2026-03-02T10:00:00Z", told: [at("10:00"), at("20:00")], would_tell: [at("15:00")] })).toEqual({
    due: 0,
    told: [0, 100],
    wouldTell: [50],
  });
  expect(places({ due_at: "2026-03-02T10:00:00Z", told: [], would_tell: [at("09:00")] })).toEqual({ due: 100, told: [], wouldTell: [0] });
});

test("what comes all at once is at the beginning", () => {
  expect(places({ due_at: "2026-03-02T10:00:00Z", told: [at("10:00")], would_tell: [] })).toEqual({ due: 0, told: [0], wouldTell: [] });
});
