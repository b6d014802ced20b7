import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { View } from "@/api/types";

/** What the Follow-ups page shows: all open ones in sections, or one view. */
export type Tab = "open" | "overdue" | "today" | "upcoming" | "completed";

export const SECTIONS = ["overdue", "today", "upcoming"] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface Filters {
  tab: Tab;
  /** `all`, `me`, `team` or the id of a person. */
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
  return { assignee: who, subject_id: subject || undefined, q: q || undefined };
}

export function parseFilters(parameters: URLSearchParams, usualWho: string): Filters {
  const tab = parameters.get("view") ?? "";
  const who = parameters.get("who") ?? usualWho;
  const subject = parameters.get("subject") ?? "";
  return {
    tab: TABS.includes(tab) ? (tab as Tab) : "open",
    who: /^(all|me|team|[1-9]\d{0,17})$/.test(who) ? who : "all",
    subject: /^[1-9]\d{0,17}$/.test(subject) ? subject : "",
    q: parameters.get("q") ?? "",
  };
}

/** Filters live in the address, so that a page can be sent around; whose they are is remembered as well. */
export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const filters = useMemo(
    () => parseFilters(parameters, localStorage.getItem(WHO_KEY) ?? "all"),
    [parameters],
  );
  const change = useCallback(
    (next: Partial<Filters>) => {
      if (next.who) localStorage.setItem(WHO_KEY, /^\d/.test(next.who) ? "all" : next.who);
      setParameters(
        () => {
          // From the address bar: two changes within one rendering must both count.
          const current = new URLSearchParams(window.location.search);
          const named = { view: next.tab, who: next.who, subject: next.subject, q: next.q };
          for (const [name, value] of Object.entries(named)) {
            if (value === undefined) continue;
            if (value === "" || (name === "view" && value === "open")) current.delete(name);
            else current.set(name, value);
          }
          return current;
        },
        { replace: true },
      );
    },
    [setParameters],
  );
  return [filters, change];
}
