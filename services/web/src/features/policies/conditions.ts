/** Which follow-ups a policy is for: the closed grammar of the API, and what the builder offers of it. */

export type Field = "subject" | "kind" | "priority" | "value" | "tags" | "team" | "assignee";

export const FIELDS: readonly Field[] = ["priority", "kind", "subject", "value", "tags", "team", "assignee"];

export type Operator = "any_of" | "none_of" | "has_any" | "has_all" | "has_none" | "at_least" | "at_most" | "below";

export interface Money {
  amount: string;
  currency: string;
}

export interface Condition {
  field: Field;
  is: Operator;
  value: string[] | number[] | Money;
}

/** All of the ones, and at least one of the others if there are any. */
export interface Conditions {
  all?: Condition[];
  any?: Condition[];
}

const AMONG: readonly Operator[] = ["any_of", "none_of"];

/** What can be asked of each field. */
export const OPERATORS: Readonly<Record<Field, readonly Operator[]>> = {
  subject: AMONG,
  kind: AMONG,
  priority: AMONG,
  team: AMONG,
  assignee: AMONG,
  value: ["at_least", "at_most", "below"],
  tags: ["has_any", "has_all", "has_none"],
};

/** Those whose values are people. */
export const OF_PEOPLE: readonly Field[] = ["team", "assignee"];

/** A condition to begin with. */
export function newCondition(field: Field): Condition {
  const is = OPERATORS[field][0] ?? "any_of";
  return { field, is, value: field === "value" ? { amount: "", currency: "EUR" } : [] };
}

/** Whether all of a condition is said. */
export function isComplete({ value }: Condition): boolean {
  return Array.isArray(value) ? value.length > 0 : value.amount !== "" && value.currency !== "";
}

/** Without what is empty. */
export function written({ all = [], any = [] }: Conditions): Conditions {
  return { ...(all.length > 0 && { all }), ...(any.length > 0 && { any }) };
}
