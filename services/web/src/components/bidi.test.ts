import { expect, it } from "vitest";
import { isolate } from "@/components/bidi";

it("keeps words that are written from right to left in their place of a sentence", () => {
  expect(`Completed “${isolate("שלום 12")}”`).toBe("Completed “\u2068שלום 12\u2069”");
});

it("leaves other words as they are, without what turns the text after them around", () => {
  expect(isolate("Call Zoë")).toBe("Call Zoë");
  expect(isolate("\u202eCall\u2069 Acme")).toBe("Call Acme");
});
