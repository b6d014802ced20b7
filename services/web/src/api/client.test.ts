import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api, apiForAnybody, dataOf, idempotencyKey, ifMatch, onReauthenticationNeeded, showPerson, upload } from "@/api/client";
import { Problem, REAUTHENTICATION_NEEDED } from "@/api/problem";

let sent: Request[] = [];
let answers: (() => Response | Promise<Response>)[] = [];

beforeEach(() => {
  sent = [];
  answers = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(request.clone());
    await request.text(); // as a browser does: what was sent has no body any more
    return answers.shift()?.() ?? Response.json({ unread: 3 });
  });
});

afterEach(() => {
  showPerson(null);
  onReauthenticationNeeded(() => Promise.resolve(false));
});

const headers = (name: string) => sent.map((request) => request.headers.get(name));

it("sends the key of what is created, and none with anything else", async () => {
  await api.POST("/sweeps", { params: { header: idempotencyKey("abc") } });
  await api.POST("/imports/users", { ...upload(new Blob(["x"])), params: { header: idempotencyKey("def") } });
  await api.POST("/imports/users", { ...upload(new Blob(["x"])), params: { header: idempotencyKey(undefined) } });
  await api.POST("/follow-ups/{follow_up_id}/complete", { params: { path: { follow_up_id: 1 } } });
  expect(headers("Idempotency-Key")).toEqual(["abc", "def", null, null]);
});

it("says what a change was based on", async () => {
  await api.DELETE("/follow-ups/{follow_up_id}", { params: { path: { follow_up_id: 7 } }, headers: ifMatch('"1-7"') });
  expect(sent[0]?.url).toMatch(/\/api\/v1\/follow-ups\/7$/);
  expect(headers("If-Match")).toEqual(['"1-7"']);
});

it("names whom the page shows, but for asking who is logged in", async () => {
  await api.GET("/notifications/unread-count");
  showPerson(42);
  await api.GET("/notifications/unread-count");
  await apiForAnybody.GET("/me");
  expect(headers("Followup-Person")).toEqual([null, "42", null]);
});

it("leaves out of the address what is empty", async () => {
  await api.GET("/follow-ups", { params: { query: { q: "", cursor: null, limit: 5, assignee: "line:4" } } });
  expect(sent[0]?.url).toMatch(/\/follow-ups\?limit=5&assignee=line%3A4$/);
});

it("sends a file as it is", async () => {
  await api.POST("/imports/follow-ups/preview", upload(new Blob([new Uint8Array([1, 255])])));
  expect(headers("Content-Type")).toEqual(["application/octet-stream"]);
  expect([...new Uint8Array((await sent[0]?.arrayBuffer()) ?? [])]).toEqual([1, 255]);
});

it("gives what came, and throws what was refused with what is there now", async () => {
  expect(await dataOf(api.GET("/notifications/unread-count"))).toEqual({ unread: 3 });
  answers = [() => Response.json({ type: "x", title: "Changed", detail: "", current: { id: 1 } }, { status: 412 })];
  const refused = await api.GET("/me").catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 412, current: { id: 1 } });
  answers = [() => Promise.reject(new TypeError("no network"))];
  const lost = await api.GET("/me").catch((error: unknown) => error);
  expect(lost instanceof Problem && lost.unreachable).toBe(true);
});

it("is sent again, body and all, once the person has shown that it is them", async () => {
  const needed = () => Response.json({ type: REAUTHENTICATION_NEEDED }, { status: 403 });
  answers = [needed, needed];
  const asked = vi.fn(() => Promise.resolve(true));
  onReauthenticationNeeded(asked);
  showPerson(42);
  await api.POST("/imports/users", { ...upload(new Blob(["name"])), params: { header: idempotencyKey("k") } });
  expect(asked).toHaveBeenCalledTimes(2);
  expect(await Promise.all(sent.map((request) => request.text()))).toEqual(["name", "name", "name"]);
  expect(headers("Idempotency-Key")).toEqual(["k", "k", "k"]);
  expect(headers("Followup-Person")).toEqual(["42", "42", "42"]);
});

it("is given up when the person would rather not show that it is them", async () => {
  answers = [() => Response.json({ type: REAUTHENTICATION_NEEDED }, { status: 403 })];
  await expect(api.GET("/me")).rejects.toMatchObject({ type: REAUTHENTICATION_NEEDED });
  expect(sent).toHaveLength(1);
});
