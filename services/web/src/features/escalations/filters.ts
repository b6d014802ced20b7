import { useParameters } from "@/hooks/useParameters";
import { apiWorth, whoIn, worthIn } from "@/features/followups";
import type { Filters } from "@/features/escalations/queries";

/** What the dashboard is narrowed to, as its address says it; empty: to nothing. */
export interface Narrowing {
  q: string;
  who: string;
  /** Id of a policy. */
  policy: string;
  kind: string;
  priority: string;
  tag: string;
  /** Amounts, in `currency`. */
  from: string;
  to: string;
  currency: string;
}

/** Of the filters behind the button. */
export const NO_FILTER = { policy: "", kind: "", priority: "", tag: "", from: "", to: "", currency: "" };
export const EVERYTHING: Narrowing = { q: "", who: "all", ...NO_FILTER };

export const PRIORITIES = ["low", "normal", "high"] as const;

/** What the address asks for; what it cannot mean is left out. */
export function narrowingIn(parameters: URLSearchParams): Narrowing {
  const policy = parameters.get("policy") ?? "";
  const priority = parameters.get("priority") ?? "";
  return {
    q: parameters.get("q") ?? "",
    who: whoIn(parameters),
    policy: /^[1-9]\d{0,17}$/.test(policy) ? policy : "",
    kind: parameters.get("kind") ?? "",
    priority: PRIORITIES.some((each) => each === priority) ? priority : "",
    tag: parameters.get("tag") ?? "",
    ...worthIn(parameters),
  };
}

/** As the API takes it. */
export function apiFilters({ q, who, policy, kind, priority, tag, ...worth }: Narrowing): Filters {
  return {
    assignee: who,
    ...(q && { q }),
    ...(policy && { policy_id: Number(policy) }),
    ...(kind && { kind }),
    ...(priority && { priority: priority as (typeof PRIORITIES)[number] }),
    ...(tag && { tag }),
    ...apiWorth(worth),
  };
}

/** How many of the filters behind the button are set. */
export function filtersSet({ policy, kind, priority, tag, currency }: Narrowing): number {
  return [policy, kind, priority, tag, currency].filter(Boolean).length;
}

export function isNarrowed(narrowing: Narrowing): boolean {
  return narrowing.q !== "" || narrowing.who !== "all" || filtersSet(narrowing) > 0;
}

export function useNarrowing(): [Narrowing, (change: Partial<Narrowing>) => void] {
  const [parameters, change] = useParameters();
  return [narrowingIn(parameters), (next) => change({ ...next })];
}
