import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { useAway } from "@/api/away";
import { queryKeys } from "@/api/queryKeys";
import type { Me, Page, User } from "@/api/types";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";

/** Everybody; people are few enough to be loaded once. */
export const peopleQuery = queryOptions({
  queryKey: queryKeys.people,
  queryFn: async ({ signal }) => {
    const people: User[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Page<User> = await dataOf(api.GET("/users", { params: { query: { limit: 200, cursor } }, signal }));
      people.push(...page.items);
      cursor = page.next_cursor;
    }
    return people;
  },
  staleTime: 5 * 60_000,
});

/** Who is below a person, at any depth; survives a cycle. */
export function reportsOf(id: number, people: readonly User[]): Set<number> {
  const found = new Set<number>();
  let line = [id];
  while (line.length > 0) {
    const above = new Set(line);
    line = people.filter((p) => above.has(p.manager_id ?? 0) && !found.has(p.id) && p.id !== id).map((p) => p.id);
    line.forEach((next) => found.add(next));
  }
  return found;
}

/** Whose follow-ups somebody may see and to whom they may give one: the API's rule, for choosing from. */
export function inScope(me: Me, everybody: readonly User[]): User[] {
  const people = everybody.filter(({ is_person: isPerson }) => isPerson);
  if (me.role === "admin") return people;
  const reports = reportsOf(me.id, people);
  return people.filter(({ id }) => id === me.id || reports.has(id));
}

/** A person's name where one is chosen: of somebody inactive it says so. */
export function labelOf({ name, active }: Pick<User, "name" | "active">): string {
  return active ? name : t.person.named(name);
}

/** The same, and of somebody who is away until when. */
export function useLabelOf(): (person: Pick<User, "id" | "name" | "active">) => string {
  const away = useAway();
  return (person) => {
    const until = away.get(person.id);
    return until && person.active ? t.person.isAway(person.name, plainDay(until, now())) : labelOf(person);
  };
}

/** Those of them to whom somebody reports. */
export function withReports(people: readonly User[]): User[] {
  const managers = new Set(people.map(({ manager_id: manager }) => manager));
  return people.filter(({ id }) => managers.has(id));
}

/** The people that a person may choose from, by name. */
export function usePeopleInScope(): User[] {
  const me = useMe();
  const { data } = useQuery(peopleQuery);
  return inScope(me, data ?? []).sort((a, b) => a.name.localeCompare(b.name));
}
