import { expect, it } from "vitest";
import { number, plural } from "@/i18n/intl";

it("writes numbers with their separators", () => {
  expect([number(0), number(1234567), number(3, 1), number(1234.56, 1)]).toEqual(["0", "1,234,567", "3.0", "1,234.6"]);
});

it("chooses the plural by the language's rules, and puts the number where it belongs", () => {
  const lines = { one: "# line", other: "# lines" };
  expect([0, 1, 2, 12_000].map((amount) => plural(amount, lines))).toEqual(["0 lines", "1 line", "2 lines", "12,000 lines"]);
});
