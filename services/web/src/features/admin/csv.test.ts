import { expect, it } from "vitest";
import { preview } from "@/features/admin/csv";

it("reads quotes, doubled quotes, commas and line breaks within them", () => {
  expect(preview('a,b\r\n"x, y","say ""hi""\nthere"\n', 9)).toEqual([["a", "b"], ["x, y", 'say "hi"\nthere']]);
});

it("stops after as many records as asked for, and takes a last line without an end", () => {
  expect(preview("a\nb\nc", 2)).toEqual([["a"], ["b"]]);
  expect(preview("a\nb", 9)).toEqual([["a"], ["b"]]);
  expect(preview("", 9)).toEqual([]);
});
