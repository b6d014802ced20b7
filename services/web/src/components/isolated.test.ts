import { expect, it } from "vitest";
import { isolated } from "@/components/isolated";

it("keeps words that are written from right to left in their place of a sentence", () => {
  expect(`Completed “${isolated("שלום 12")}”`).toBe("Completed “\u2068שלום 12\u2069”");
});

it("leaves other words as they are, without what turns the text after them around", () => {
  expect(isolated("Call Zoë")).toBe("Call Zoë");
  expect(isolated("\u202eCall\u2069 Acme")).toBe("Call Acme");
});
