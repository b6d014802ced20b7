import { expect, it } from "vitest";
import { nextPath } from "@/features/session/session";

it.each([
  ["?next=%2Ffollowups%2F7%3Fq%3Da", "/followups/7?q=a"],
  ["", "/"],
  ["?next=https%3A%2F%2Fevil.example", "/"],
  ["?next=%2F%2Fevil.example", "/"],
  ["?next=%2F%5Cevil.example", "/"],
  ["?next=%2F%09%2Fevil.example", "/"],
  ["?next=%2F%0A%2Fevil.example", "/"],
  ["?next=%2Flogin", "/"],
])("after log-in, %s leads to %s: never to another site", (search, path) => {
  expect(nextPath(search)).toBe(path);
});
