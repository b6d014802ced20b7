import { expect, it } from "vitest";
import { apiFilters, filtersIn } from "@/features/ops/auditFilters";

const asked = (search: string, zone = "UTC") => apiFilters(filtersIn(new URLSearchParams(search)), zone);

it("leaves log-ins out unless they are asked for", () => {
  expect(asked("").kind).toBe("other-than-log-ins");
  expect(asked("kind=nonsense").kind).toBe("other-than-log-ins");
  expect(asked("kind=log-ins").kind).toBe("log-ins");
  expect(asked("kind=all").kind).toBeUndefined();
});

it("asks for whole days of the person's zone", () => {
  expect(asked("from=2026-03-28&to=2026-03-29", "Europe/Berlin")).toMatchObject({
    since: "2026-03-27T23:00:00Z",
    until: "2026-03-29T22:00:00Z",
  });
});

it("takes no half-typed day, and no nonsense from the address", () => {
  const none = { person_id: undefined, since: undefined, until: undefined };
  expect(asked("from=0002-03-01&to=2026-13-45&person=x")).toMatchObject(none);
});
