import { useCallback, useMemo } from "react";
import type { View } from "@/api/types";
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
}

const TABS: readonly string[] = ["open", ...SECTIONS, "completed"];
const WHO_KEY = "followup-who";

export function viewsOf(tab: Tab): readonly View[] {
  return tab === "open" ? SECTIONS : [tab];
}

/** Filters as the API takes them. */
export function apiFilters({ who, subject, q }: Filters) {
  return { assignee: who, subject_id: subject ? Number(subject) : undefined, q: q || undefined };
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
      setParameters({ ...named, view: tab === "open" ? "" : tab });
    },
    [setParameters],
  );
  return [filters, change];
}
