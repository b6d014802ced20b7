import { describe, expect, it } from "vitest";
import type { SavedFilters, SavedView } from "@/api/types";
import { parseFilters } from "@/features/followups/filters";
import { differs, fromSaved, toSaved } from "@/features/followups/savedViews";

const shown = (address: string) => parseFilters(new URLSearchParams(address), "all");

/** As the API gives back what it was given. */
function kept(address: string): SavedView {
  const filters = JSON.parse(JSON.stringify(toSaved(shown(address)))) as SavedFilters;
  return { filters } as SavedView;
}

describe("a saved view", () => {
  it.each([
    "",
    "view=overdue&who=team&q=acme&subject=7",
    "view=completed&done_from=2026-03-01T00:00:00Z&on_time=false&outcome=reached",
    "kind=visit&priority=high&tag=vip&held=waiting&severity=breach&moved=3",
    "currency=EUR&from=10&to=20.50&due=next_week&about=nobody&group=day",
    "due_from=2026-03-01T00:00:00Z&due_before=2026-04-01T00:00:00Z&about=somebody&sort=-changed&who=line:12",
    "look=week&who=team",
  ])("shows again what %s shows", (address) => {
    expect(fromSaved(kept(address).filters)).toEqual(shown(address));
    expect(differs(shown(address), kept(address))).toBe(false);
  });

  it("differs once something is narrowed or ordered otherwise, but for what an entry of the inbox asks", () => {
    const view = kept("view=overdue&priority=high");
    expect(differs(shown("view=overdue&priority=low"), view)).toBe(true);
    expect(differs(shown("view=overdue&priority=high&group=day"), view)).toBe(true);
    expect(differs(shown("view=overdue&priority=high&look=month"), view)).toBe(true);
    expect(differs(shown("view=overdue&priority=high&told=9"), view)).toBe(false);
  });

  it("has no order where completed ones are shown", () => {
    expect(toSaved(shown("view=completed&sort=priority"))).not.toHaveProperty("sort");
  });
});
