import { expect, it } from "vitest";
import { detailsOf } from "@/features/ops/auditDetails";

it("says what a change of a person was, from and to", () => {
  const role = { from: "employee", to: "admin" };
  expect(detailsOf({ role, manager_id: { from: null, to: 7 }, active: { from: true, to: false }, by: "oidc" })).toBe(
    "role: employee → admin, manager_id: nothing → 7, active: true → false, by: oidc",
  );
  expect(detailsOf({ password: { changed: true } })).toBe("password: changed");
});

it("says other facts as they are", () => {
  expect(detailsOf({ created: 2, view: "all", ids: ["a", "b"] })).toBe('created: 2, view: all, ids: ["a","b"]');
  expect(detailsOf({})).toBe("");
});
