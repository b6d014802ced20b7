import type { CountedView, FollowUp, FollowUpCounts, View } from "@/api/types";
import { SECTIONS } from "@/features/followups/filters";
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
  | { kind: "group"; key: string; of: FollowUp; count: number | undefined; within: boolean }
  | { kind: "followUp"; key: string; followUp: FollowUp; view: View }
  | { kind: "skeleton"; key: string }
  | { kind: "more"; key: string; view: View }
  | { kind: "failure"; key: string; view: View; error: Error }
  | { kind: "empty"; key: string; view: View }
  | { kind: "nothing"; key: string };

const SKELETONS = 4;

/** What names the group of a follow-up; a list comes in the order of its groups. */
export type GroupOf = (followUp: FollowUp) => string | number;

/** How many a view holds; of completed ones that is not counted. */
export function countedIn(counts: Pick<FollowUpCounts, CountedView>, view: View): number | undefined {
  if (view === "open") return SECTIONS.reduce((sum, each) => sum + counts[each], 0);
  return counts[view as CountedView];
}

/** Whether it may hold more than were counted. */
export function uncountedIn({ at_least: atLeast }: FollowUpCounts, view: View): boolean {
  return view === "open" ? atLeast.length > 0 : atLeast.includes(view as CountedView);
}

/**
 * The sections as the lines that the virtual list draws. Where none of them has anything, one line says so for
 * all; of a search only those are shown that have something. Groups have headings of their own.
 */
export function linesOf(sections: readonly Section[], headings: boolean, searched = false, groupOf: GroupOf | null = null): Line[] {
  if (headings && sections.every(isEmpty)) return [{ kind: "nothing", key: "nothing" }];
  return sections.filter((section) => !(headings && searched && isEmpty(section))).flatMap((section) => [
    ...(headings ? [{ kind: "heading", key: `heading-${section.view}`, section } as const] : []),
    ...(section.collapsed && headings ? [] : contentOf(section, groupOf, headings)),
  ]);
}

function isEmpty({ followUps, loading, error, hasMore }: Section): boolean {
  return followUps.length === 0 && !loading && !error && !hasMore;
}

function contentOf({ view, followUps, loading, error, hasMore }: Section, groupOf: GroupOf | null, within: boolean): Line[] {
  if (followUps.length === 0) {
    if (error) return [{ kind: "failure", key: `failure-${view}`, view, error }];
    if (loading) {
      return Array.from({ length: SKELETONS }, (_, row) => ({ kind: "skeleton", key: `${view}-${row}` }) as const);
    }
    if (!hasMore) return [{ kind: "empty", key: `empty-${view}`, view }];
  }
  const line = (followUp: FollowUp): Line => ({ kind: "followUp", key: String(followUp.id), followUp, view });
  const lines = groupOf ? grouped(followUps, groupOf, hasMore).flatMap(({ of, members, count }) => [
    { kind: "group", key: `group-${groupOf(of)}-${of.id}`, of, count, within } as const,
    ...members.map(line),
  ]) : followUps.map(line);
  if (hasMore) lines.push({ kind: "more", key: `more-${view}`, view });
  return lines;
}

interface Grouped {
  of: FollowUp;
  members: FollowUp[];
  /** How many it has; unknown of the last one, of which more may come. */
  count: number | undefined;
}

function grouped(followUps: readonly FollowUp[], groupOf: GroupOf, hasMore: boolean): Grouped[] {
  const groups: Grouped[] = [];
  for (const followUp of followUps) {
    const last = groups.at(-1);
    if (last && groupOf(last.of) === groupOf(followUp)) last.members.push(followUp);
    else groups.push({ of: followUp, members: [followUp], count: undefined });
  }
  return groups.map((group, place) => (hasMore && place === groups.length - 1 ? group : { ...group, count: group.members.length }));
}

/** The view in which a follow-up is: the same rule as the API's, in the person's zone. */
export function viewOf(followUp: Pick<FollowUp, "status" | "due_at">, zone: string, now: number): View {
  if (followUp.status === "completed") return "completed";
  if (Date.parse(followUp.due_at) <= now) return "overdue";
  return dayNumber(followUp.due_at, zone) === dayNumber(now, zone) ? "today" : "upcoming";
}
