import { expect, it, vi } from "vitest";
import { api } from "@/api/client";

it("sends the key of what is created, and none with anything else", async () => {
  const sent: Headers[] = [];
  vi.stubGlobal("fetch", (_: string, { headers }: { headers: Headers }) => {
    sent.push(headers);
    return Promise.resolve(Response.json({}));
  });
  await api.post("/follow-ups", {}, { key: "abc" });
  await api.upload("/imports/users", new Blob(["x"]), { key: "def" });
  await api.post("/follow-ups/1/complete");
  expect(sent.map((headers) => headers.get("Idempotency-Key"))).toEqual(["abc", "def", null]);
});
