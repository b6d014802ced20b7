import type { Content } from "@/features/policies/draft";

/** What two versions say otherwise, as the API has it. */
export interface Difference {
  /** Such as `name`, `conditions` or `steps.2`, counted from 1. */
  field: string;
  was: unknown;
  now: unknown;
}

/** What a draft would change. @param before null: nothing was in force */
export function differencesBetween(before: Content | null, after: Content): Difference[] {
  if (!before) return [];
  const length = Math.max(before.steps.length, after.steps.length);
  const pairs: Difference[] = [
    { field: "name", was: before.name, now: after.name },
    { field: "conditions", was: before.conditions, now: after.conditions },
    { field: "calendar_id", was: before.calendar_id, now: after.calendar_id },
    { field: "holds", was: before.holds ?? {}, now: after.holds ?? {} },
    ...Array.from({ length }, (_, index) => ({
      field: `steps.${index + 1}`,
      was: before.steps[index] ?? null,
      now: after.steps[index] ?? null,
    })),
  ];
  return pairs.filter(({ was, now }) => !same(was, now));
}

/** Whether two values are the same JSON, in whatever order their names are. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
