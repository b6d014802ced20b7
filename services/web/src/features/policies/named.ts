import { useQuery } from "@tanstack/react-query";
import { kindsQuery } from "@/api/kinds";
import type { User } from "@/api/types";
import { peopleQuery } from "@/features/people";
import { OF_PEOPLE, type Condition } from "@/features/policies/conditions";

const PERSON = /^user\((\d+)\)$/;

/** Those of the people that an audience names who are inactive: they are not told. */
export function inactiveOf(audience: readonly string[], people: readonly User[]): string[] {
  return inactive(audience.map((each) => Number(PERSON.exec(each)?.[1])), people);
}

/** Those of the people that a condition names who are inactive. */
export function inactiveIn({ field, value }: Condition, people: readonly User[]): string[] {
  return OF_PEOPLE.includes(field) && Array.isArray(value) ? inactive(value.map(Number), people) : [];
}

function inactive(ids: readonly number[], people: readonly User[]): string[] {
  return people.filter(({ id, active }) => !active && ids.includes(id)).map(({ name }) => name);
}

/** Those of the kinds that a condition names of which no follow-up becomes one. @param kinds names of those in use */
export function outOfUse({ field, value }: Condition, kinds: readonly string[]): string[] {
  return field === "kind" && Array.isArray(value) ? value.map(String).filter((kind) => !kinds.includes(kind)) : [];
}

/** Everybody, as far as is known by now. */
export function usePeople(): readonly User[] {
  return useQuery(peopleQuery).data ?? [];
}

/** Kinds in use to choose from; null until they are known. */
export function useKinds(): readonly { value: string; label: string }[] | null {
  const { data } = useQuery(kindsQuery());
  return data?.map(({ name, label }) => ({ value: name, label })) ?? null;
}
