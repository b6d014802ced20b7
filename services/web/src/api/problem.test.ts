import { describe, expect, it } from "vitest";
import { problemOf } from "@/api/problem";

describe("a failed answer", () => {
  it.each([502, 503, 504])("of a proxy in the server's place (%i) is no answer", async (status) => {
    const problem = await problemOf(new Response("<html>Bad gateway</html>", { status }));
    expect(problem.unreachable).toBe(true);
    expect(problem.title).toBe("Followup cannot be reached");
  });

  it("of the server while its database is away says so, and is tried again like no answer", async () => {
    const body = { title: "Not available now", detail: "The database is away." };
    const problem = await problemOf(Response.json(body, { status: 503 }));
    expect(problem.unreachable).toBe(true);
    expect(problem.message).toBe("The database is away.");
  });

  it.each([422, 500])("with the status %i comes from a server that is there", async (status) => {
    const problem = await problemOf(new Response("", { status }));
    expect(problem.unreachable).toBe(false);
    expect(problem.message).toContain(`The server answered ${status}`);
  });
});
