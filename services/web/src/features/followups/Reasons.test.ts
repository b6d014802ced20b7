import { expect, it } from "vitest";
import { foundAs } from "@/features/followups/Reasons";

it.each([
  ["assignee", null, "as its assignee"],
  ["manager", null, "as the assignee’s manager"],
  ["manager(2)", null, "2 levels above the assignee"],
  ["admins", null, "as an admin"],
  ["manager", "up_the_line", "next active person up the line, in place of the one meant (manager)"],
  ["manager", "admins", "as an admin, since nobody active is above the assignee"],
] as const)("says how somebody was found by %s, fallback %s", (audience, fallback, words) => {
  expect(foundAs({ audience, fallback })).toBe(words);
});
