import { expect, it } from "vitest";
import { consequence } from "@/features/people/ReportsWarning";
import { person } from "@/testing/samples";

const dana = { ...person(1, null, "Dana"), role: "manager" as const, reports: 5 };

it("says that a demoted person keeps seeing what belongs to their reports", () => {
  expect(consequence(dana, { role: "employee", active: true })).toMatch(/^5 people report to Dana\..*keeps seeing/);
});

it("says who is told while a person with reports is inactive", () => {
  const sentence = consequence({ ...dana, reports: 1 }, { role: "manager", active: false });
  expect(sentence).toMatch(/^1 person reports to Dana\..*the next active person above is told/);
});

it.each([
  ["nobody reports to them", { ...dana, reports: 0 }, { role: "employee", active: false }],
  ["nothing changes", dana, { role: "manager", active: true }],
  ["they are promoted", dana, { role: "admin", active: true }],
  ["they are activated", { ...dana, active: false }, { role: "manager", active: true }],
] as const)("says nothing when %s", (_, before, after) => {
  expect(consequence(before, after)).toBeNull();
});
