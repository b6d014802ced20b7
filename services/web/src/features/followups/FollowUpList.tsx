import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, type RefObject } from "react";
import { useLocation } from "react-router";
import { ErrorState } from "@/components/ErrorState";
import { usePrinting } from "@/hooks/usePrinting";
import { useOffsetTop } from "@/hooks/useOffsetTop";
import type { Filters } from "@/features/followups/filters";
import { leadsToFirstRow } from "@/features/followups/firstRow";
import { FollowUpRow } from "@/features/followups/FollowUpRow";
import { GroupHeading } from "@/features/followups/GroupHeading";
import { SectionHeading } from "@/features/followups/SectionHeading";
import { MoreLine, NoneLine, NothingLine, SkeletonLine } from "@/features/followups/ListLines";
import type { Line } from "@/features/followups/sections";
import { useListed } from "@/features/followups/SelectionProvider";
import type { SectionList } from "@/features/followups/useSections";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import classes from "./FollowUpList.module.css";

const ROW = 57;
const PHONE_ROW = 100;
/** With a line that says whose it is. */
const PHONE_ROW_OF_OTHERS = 124;
const HEIGHTS: Record<Line["kind"], number> = {
  heading: 48, group: 40, followUp: ROW, skeleton: ROW, more: ROW, failure: 200, empty: 170, nothing: 300,
};

interface Props {
  list: SectionList;
  filters: Filters;
  change: (next: Partial<Filters>) => void;
}

/** However many follow-ups there are, only those in sight are drawn; pages load as one comes near. */
export function FollowUpList({ list, filters, change }: Props) {
  const root = useRef<HTMLUListElement>(null);
  const margin = useOffsetTop(root);
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const { id: me } = useMe();
  const { lines } = list;
  useListed(useMemo(() => lines.flatMap((line) => (line.kind === "followUp" && line.followUp.may_change ? line.followUp : [])), [lines]));
  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize: (index) => heightOf(lines[index], phone, filters.tab, me),
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 6,
    scrollMargin: margin,
    scrollPaddingStart: 130,
    scrollPaddingEnd: 80,
  });
  const drawn = virtualizer.getVirtualItems();
  const location = useLocation();
  useFocusOnFirst(root, (filters.told !== "" || leadsToFirstRow(location.state)) && knowsFirst(lines));
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, phone, lines.length]);

  // Ask for the next page of the section whose end is drawn.
  const near = drawn.map(({ index }) => lines[index]).find((line) => line?.kind === "more");
  useEffect(() => {
    if (near?.kind === "more") list.loadMore(near.view);
  }, [near, list]);

  const printing = usePrinting();
  if (printing) {
    return (
      <ul ref={root} className={classes.list} aria-label={t.followUps.title}>
        {lines.map((line) => (
          <li key={line.key} data-line={line.kind} style={{ height: heightOf(line, phone, filters.tab, me) }}>
            <Content line={line} list={list} filters={filters} change={change} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <ul ref={root} className={classes.list} style={{ height: virtualizer.getTotalSize() }} aria-label={t.followUps.title}>
      {drawn.map(({ index, key, start, size }) => {
        const line = lines[index];
        return line ? (
          <li
            key={key}
            data-line={line.kind}
            className={classes.line}
            style={{ height: size, transform: `translateY(${start - margin}px)` }}
          >
            <Content line={line} list={list} filters={filters} change={change} />
          </li>
        ) : null;
      })}
    </ul>
  );
}

/** Whether the first follow-up of the list is known: a section above may still load while those below are there. */
function knowsFirst(lines: Line[]): boolean {
  return lines.find(({ kind }) => kind === "followUp" || kind === "skeleton")?.kind === "followUp";
}

/** What keys are for has the focus at once, unless that is in the list already: one came back to it. */
function useFocusOnFirst(list: RefObject<HTMLElement | null>, wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return;
    queueMicrotask(() => {
      const { current } = list;
      if (!current?.contains(document.activeElement)) current?.querySelector<HTMLElement>("[data-title]")?.focus({ preventScroll: true });
    });
  }, [list, wanted]);
}

function Content({ line, list, filters, change }: Props & { line: Line }) {
  switch (line.kind) {
    case "heading":
      return <SectionHeading section={line.section} filters={filters} toggle={() => list.toggle(line.section.view)} />;
    case "group":
      return <GroupHeading of={line.of} count={line.count} within={line.within} group={filters.group} />;
    case "followUp":
      return <FollowUpRow followUp={line.followUp} view={line.view} />;
    case "skeleton":
      return <SkeletonLine />;
    case "more":
      return <MoreLine />;
    case "failure":
      return <ErrorState error={line.error} retry={() => list.retry(line.view)} compact />;
    case "nothing":
      return <NothingLine filters={filters} change={change} />;
    case "empty":
      return <NoneLine view={line.view} filters={filters} change={change} />;
  }
}

function heightOf(line: Line | undefined, phone: boolean, tab: Filters["tab"], me: number): number {
  if (!line) return ROW;
  if (line.kind === "followUp" && phone) return line.followUp.assignee_id === me ? PHONE_ROW : PHONE_ROW_OF_OTHERS;
  if (line.kind === "empty" && tab === "open") return 56;
  return HEIGHTS[line.kind];
}
