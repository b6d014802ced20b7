import { useCallback, useMemo } from "react";
import type { Priority, View } from "@/api/types";
import { PRIORITIES, TAG_LENGTH } from "@/features/followups/facts";
import { useParameters } from "@/hooks/useParameters";

/** What the Follow-ups page shows: all open ones in sections, or one view. */
export type Tab = "open" | "overdue" | "today" | "upcoming" | "completed";

export const SECTIONS = ["overdue", "today", "upcoming"] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface Filters {
  tab: Tab;
  /** `all`, `me`, `team`, the id of a person or `line:` and one. */
  who: string;
  /** Id of a lead or client. */
  subject: string;
  q: string;
  /** The name of a kind. */
  kind: string;
  priority: Priority | "";
  tag: string;
  /** Amounts, in `currency`. */
  from: string;
  to: string;
  currency: string;
  held: HeldBy | "";
  /** At least as grave as this. */
  severity: Severity | "";
  /** Put off at least so often. */
  moved: string;
  /** Completed since a moment. */
  done_from: string;
  /** Completed by the time that they were due, or later. */
  on_time: "true" | "false" | "";
  /** The name of what came of them: of completed ones. */
  outcome: string;
  /** The id of a notification that tells of them, as one of many. */
  told: string;
  /** Due in a week or a month; else from a moment, and before one. */
  due: Period | "";
  due_from: string;
  due_before: string;
  /** About a lead or client, or about nobody. */
  about: "somebody" | "nobody" | "";
  /** Of open ones: by what they are sorted or grouped; empty: by due time, and in sections. */
  sort: Sort | "";
  group: Group | "";
  /** By day on a calendar; empty: as lines. */
  look: Look | "";
}

/** What narrows a list to follow-ups of some sort, no matter whose they are. */
export const NO_FACTS = {
  kind: "",
  priority: "",
  tag: "",
  from: "",
  to: "",
  currency: "",
  held: "",
  severity: "",
  moved: "",
  done_from: "",
  on_time: "",
  outcome: "",
  told: "",
  due: "",
  due_from: "",
  due_before: "",
  about: "",
} as const;
export type FactFilters = Pick<Filters, keyof typeof NO_FACTS>;

export const HELD_BY = ["waiting", "snoozed", "acknowledged"] as const;
export const SEVERITIES = ["overdue", "escalated", "breach"] as const;
export type Severity = (typeof SEVERITIES)[number];
export type HeldBy = (typeof HELD_BY)[number];

export const PERIODS = ["this_week", "next_week", "this_month", "next_month"] as const;
export type Period = (typeof PERIODS)[number];
export const SORTS = ["-due", "priority", "assignee", "subject", "kind", "changed", "-changed"] as const;
export type Sort = (typeof SORTS)[number];
export const GROUPS = ["assignee", "subject", "day", "kind", "priority"] as const;
export type Group = (typeof GROUPS)[number];
export const LOOKS = ["month", "week"] as const;
export type Look = (typeof LOOKS)[number];

const TABS: readonly string[] = ["open", ...SECTIONS, "completed"];
const WHO_KEY = "followup-who";

/** Another order has no sections: what is open is one list then. */
export function viewsOf({ tab, ...order }: Pick<Filters, "tab" | "sort" | "group">): readonly View[] {
  if (tab === "open" && !order.sort && !order.group) return SECTIONS;
  return [tab];
}

/** The order of a list as the API takes it: groups come one after another. */
export function apiSort({ tab, sort, group }: Pick<Filters, "tab" | "sort" | "group">): { sort?: Sort | "due" } {
  if (tab === "completed" || !(sort || group)) return {};
  return { sort: group === "day" ? "due" : group || sort || "due" };
}

/** Filters as the API takes them. */
export function apiFilters(filters: Filters) {
  const { who, subject, q } = filters;
  return { assignee: who, subject_id: subject ? Number(subject) : undefined, q: q || undefined, ...apiFacts(filters) };
}

/** The same of a list, with its order; completed ones can be narrowed to what came of them. */
export function listFilters(filters: Filters) {
  return { ...apiFilters(filters), ...apiSort(filters), ...(filters.tab === "completed" && filters.outcome && { outcome: filters.outcome }) };
}

function apiFacts({ kind, priority, tag, held, severity, moved, done_from: since, on_time: onTime, told, from, to, currency, ...when }: FactFilters) {
  return {
    ...apiDue(when),
    summed_up_by: told ? Number(told) : undefined,
    severity_min: severity || undefined,
    moved_min: moved ? Number(moved) : undefined,
    completed_from: since || undefined,
    on_time: onTime ? onTime === "true" : undefined,
    kind: kind || undefined,
    priority: priority || undefined,
    tag: tag || undefined,
    held: held || undefined,
    ...apiWorth({ from, to, currency }),
  };
}

function apiDue({ due, due_from: begin, due_before: end, about }: Pick<FactFilters, "due" | "due_from" | "due_before" | "about">) {
  return {
    ...(due ? { due_in: due } : { ...(begin && { due_from: begin }), ...(end && { due_before: end }) }),
    ...(about && { has_subject: about === "somebody" }),
  };
}

/** What follow-ups are worth at least and at most, in a currency; empty: whatever. */
export type Worth = Record<"from" | "to" | "currency", string>;

export function apiWorth({ from, to, currency }: Worth) {
  return currency ? { currency, ...(from && { value_from: from }), ...(to && { value_to: to }) } : {};
}

/** What an address asks for; amounts without a currency ask for nothing. */
export function worthIn(parameters: URLSearchParams): Worth {
  const currency = parameters.get("currency") ?? "";
  const amount = (name: string) => {
    const given = parameters.get(name) ?? "";
    return /^\d{1,12}(\.\d{1,2})?$/.test(given) ? given : "";
  };
  if (!/^[A-Z]{3}$/.test(currency)) return { currency: "", from: "", to: "" };
  return { currency, from: amount("from"), to: amount("to") };
}

/** What was typed. A currency alone is what the fields begin with: without an amount it narrows nothing. */
export function typedWorth({ from, to, currency }: Worth): Worth {
  const [least, most] = [amountOf(from), amountOf(to)];
  return least || most ? { from: least, to: most, currency } : { from: "", to: "", currency: "" };
}

function amountOf(typed: string): string {
  return typed.trim() === "" ? "" : String(Number(typed));
}

/** Whether a list is narrowed to something else than whose they are and when they are due. */
export function isNarrowed({ q, subject, kind, priority, tag, currency, held, ...went }: Filters): boolean {
  const { severity, moved, done_from: since, on_time: onTime, outcome, told, due, due_from: begin, due_before: end, about } = went;
  return Boolean(due || begin || end || about || told || q || subject || kind || priority || tag || currency || held || severity || moved || since || onTime || outcome);
}

/** Whose follow-ups an address asks for, as the API's filter `assignee` says it. */
export function whoIn(parameters: URLSearchParams, usual = "all"): string {
  const who = parameters.get("who") ?? usual;
  return /^(all|me|team|(line:)?[1-9]\d{0,17})$/.test(who) ? who : "all";
}

export function parseFilters(parameters: URLSearchParams, usualWho: string): Filters {
  const tab = parameters.get("view") ?? "";
  const subject = parameters.get("subject") ?? "";
  return {
    tab: TABS.includes(tab) ? (tab as Tab) : "open",
    who: whoIn(parameters, usualWho),
    subject: /^[1-9]\d{0,17}$/.test(subject) ? subject : "",
    q: parameters.get("q") ?? "",
    sort: SORTS.find((known) => known === parameters.get("sort")) ?? "",
    group: GROUPS.find((known) => known === parameters.get("group")) ?? "",
    look: LOOKS.find((known) => known === parameters.get("look")) ?? "",
    ...factsIn(parameters),
  };
}

function factsIn(parameters: URLSearchParams): FactFilters {
  const text = (name: string, longest: number) => (parameters.get(name) ?? "").slice(0, longest);
  const priority = PRIORITIES.find((known) => known === parameters.get("priority")) ?? "";
  const held = HELD_BY.find((known) => known === parameters.get("held")) ?? "";
  const kind = text("kind", TAG_LENGTH);
  return { kind, priority, tag: text("tag", TAG_LENGTH), held, outcome: text("outcome", TAG_LENGTH), ...worthIn(parameters), ...wentIn(parameters), ...dueIn(parameters) };
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

function dueIn(parameters: URLSearchParams): Pick<Filters, "due" | "due_from" | "due_before" | "about"> {
  const moment = (name: string) => MOMENT.exec(parameters.get(name) ?? "")?.[0] ?? "";
  const due = PERIODS.find((known) => known === parameters.get("due")) ?? "";
  const [begin, end] = due ? ["", ""] : [moment("due_from"), moment("due_before")];
  const about = (["somebody", "nobody"] as const).find((known) => known === parameters.get("about")) ?? "";
  return { due, due_from: begin, due_before: end && end <= begin ? "" : end, about };
}

/** How follow-ups went, and what was told of them: the team view and the inbox ask for it. */
function wentIn(parameters: URLSearchParams): Pick<Filters, "severity" | "moved" | "done_from" | "on_time" | "told"> {
  const given = (name: string, form: RegExp) => form.exec(parameters.get(name) ?? "")?.[0] ?? "";
  return {
    severity: SEVERITIES.find((known) => known === parameters.get("severity")) ?? "",
    moved: given("moved", /^[1-9]\d{0,2}$/),
    told: given("told", /^[1-9]\d{0,15}$/),
    done_from: given("done_from", MOMENT),
    on_time: given("on_time", /^(true|false)$/) as Filters["on_time"],
  };
}

/** Filters live in the address; whose they are is remembered as well. */
export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  const [parameters, setParameters] = useParameters();
  const filters = useMemo(
    () => parseFilters(parameters, localStorage.getItem(WHO_KEY) ?? "all"),
    [parameters],
  );
  const change = useCallback(
    ({ tab, ...named }: Partial<Filters>) => {
      if (named.who) localStorage.setItem(WHO_KEY, /\d/.test(named.who) ? "all" : named.who);
      setParameters({ ...named, view: tab === "open" ? "" : tab, ...(named.look === "" && { day: "" }) });
    },
    [setParameters],
  );
  return [filters, change];
}
