import { expect, it } from "vitest";
import { missing } from "@/features/imports/imports";

it("names what a file lacks", () => {
  expect(missing(["email", "name"], ["", "email"])).toEqual(["name"]);
  expect(missing(["email", "name"], ["name", "email", "role"])).toEqual([]);
});

it("takes a name in parts", () => {
  expect(missing(["email", "name"], ["email", "first_name", "last_name"])).toEqual([]);
  expect(missing(["email", "name"], ["last_name"])).toEqual(["email"]);
});
