import type { User } from "@/api/types";

export interface TreeRow {
  person: User;
  /** How many managers are above, within what is shown. */
  depth: number;
}

/**
 * People below their managers, by name, as lines of a list.
 *
 * A person whose manager is not among them is at the top; so does one of each cycle, which the API
 * refuses and old data may have.
 */
export function treeOf(people: readonly User[]): TreeRow[] {
  const known = new Set(people.map(({ id }) => id));
  const below = new Map<number, User[]>();
  for (const person of people.toSorted(byName)) {
    const above = person.manager_id !== null && known.has(person.manager_id) ? person.manager_id : 0;
    below.set(above, [...(below.get(above) ?? []), person]);
  }
  const placed = new Map<number, TreeRow>();

  function place(person: User, depth: number) {
    if (placed.has(person.id)) return;
    placed.set(person.id, { person, depth });
    for (const report of below.get(person.id) ?? []) place(report, depth + 1);
  }

  for (const person of below.get(0) ?? []) place(person, 0);
  for (const person of people) place(person, 0);
  return [...placed.values()];
}

function byName(a: User, b: User): number {
  return a.name.localeCompare(b.name);
}
