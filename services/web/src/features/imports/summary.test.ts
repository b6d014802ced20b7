import { expect, it } from "vitest";
import { summaryOf } from "@/features/imports/summary";

const NOTHING = {
  created: 0, updated: 0, unchanged: 0, errors: [], more_errors: 0, subjects_changed: 0, leaving: 0, warnings: [], dry_run: false,
};
const mistake = { line: 2, field: "title", message: "title is empty." };

it("says what an import did, and not what it did not do", () => {
  expect(summaryOf("follow-ups", { ...NOTHING, created: 1204 })).toBe("Added 1,204 follow-ups.");
  expect(summaryOf("users", { ...NOTHING, created: 1, updated: 2, unchanged: 1 })).toBe(
    "Added 1 person. Updated 2 people. 1 person was already as in the file.",
  );
  expect(summaryOf("follow-ups", { ...NOTHING, updated: 1, errors: [mistake], more_errors: 1 })).toBe(
    "Updated 1 follow-up. 2 mistakes: their lines were left out.",
  );
  expect(summaryOf("follow-ups", NOTHING)).toBe("Nothing was in the file.");
});
