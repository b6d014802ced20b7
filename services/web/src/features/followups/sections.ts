import type { FollowUp, View } from "@/api/types";
import { dayNumber } from "@/time/format";

/** What is known of a section of the list. */
export interface Section {
  view: View;
  followUps: readonly FollowUp[];
  /** How many there are in all, loaded or not; unknown while counting, and for completed ones. */
  count: number | undefined;
  /** Whether there may be more than were counted. */
  uncounted?: boolean;
  loading: boolean;
  error: Error | null;
  hasMore: boolean;
  collapsed: boolean;
}

/** One line of the virtual list. */
export type Line =
  | { kind: "heading"; key: string; section: Section }
  | { kind: "followUp"; key: string; followUp: FollowUp; view: View }
  | { kind: "skeleton"; key: string }
  | { kind: "more"; key: string; view: View }
  | { kind: "failure"; key: string; view: View; error: Error }
  | { kind: "empty"; key: string; view: View }
  | { kind: "nothing"; key: string };

const SKELETONS = 4;

/**
 * The sections as the lines that the virtual list draws. Where none of them has anything, one line says so for
 * all; of a search only those are shown that have something.
 */
export function linesOf(sections: readonly Section[], headings: boolean, searched = false): Line[] {
  if (headings && sections.every(isEmpty)) return [{ kind: "nothing", key: "nothing" }];
  return sections.filter((section) => !(headings && searched && isEmpty(section))).flatMap((section) => [
    ...(headings ? [{ kind: "heading", key: `heading-${section.view}`, section } as const] : []),
    ...(section.collapsed && headings ? [] : contentOf(section)),
  ]);
}

function isEmpty({ followUps, loading, error, hasMore }: Section): boolean {
  return followUps.length === 0 && !loading && !error && !hasMore;
}

function contentOf({ view, followUps, loading, error, hasMore }: Section): Line[] {
  if (followUps.length === 0) {
    if (error) return [{ kind: "failure", key: `failure-${view}`, view, error }];
    if (loading) {
      return Array.from({ length: SKELETONS }, (_, row) => ({ kind: "skeleton", key: `${view}-${row}` }) as const);
    }
    if (!hasMore) return [{ kind: "empty", key: `empty-${view}`, view }];
  }
  const lines: Line[] = followUps.map((followUp) => ({
    kind: "followUp",
    key: String(followUp.id),
    followUp,
    view,
  }));
  if (hasMore) lines.push({ kind: "more", key: `more-${view}`, view });
  return lines;
}

/** The view in which a follow-up is: the same rule as the API's, in the person's zone. */
export function viewOf(followUp: Pick<FollowUp, "status" | "due_at">, zone: string, now: number): View {
  if (followUp.status === "completed") return "completed";
  if (Date.parse(followUp.due_at) <= now) return "overdue";
  return dayNumber(followUp.due_at, zone) === dayNumber(now, zone) ? "today" : "upcoming";
}
