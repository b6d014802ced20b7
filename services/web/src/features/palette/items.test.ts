import { expect, it } from "vitest";
import { grouped, hasWords, matching, type Group, type Item } from "@/features/palette/items";

const item = (group: Group, label: string): Item => ({ key: `${group} ${label}`, group, label, run: () => undefined });
const own = [item("actions", "Complete"), item("pages", "Leads & clients"), item("pages", "Follow-ups")];
const found = [item("people", "Lea"), item("followUps", "Call Lea"), item("subjects", "Lean Ltd")];

it("shows what it begins with, then what was found, clients first, then what has its words", () => {
  const labels = (q: string) => matching(q, own, found).map(({ label }) => label);
  expect(labels("lea")).toEqual(["Leads & clients", "Lean Ltd", "Call Lea", "Lea"]);
  expect(labels("clients")).toEqual(["Lean Ltd", "Call Lea", "Lea", "Leads & clients"]);
  expect(labels(" ")).toEqual(["Complete", "Leads & clients", "Follow-ups"]);
});

it.each([
  ["Leads & clients", "cli lea", true],
  ["Follow-ups", "ups", true],
  ["Follow-ups", "low", false],
])("“%s” has the words “%s”: %s", (label, text, expected) => {
  expect(hasWords(label, text)).toBe(expected);
});

it("draws a group again where others came between", () => {
  const runs = grouped(matching("c", [item("pages", "Calendars"), item("pages", "Leads & clients")], found));
  expect(runs.map(({ group }) => group)).toEqual(["pages", "subjects", "followUps", "people", "pages"]);
});
