import { Button, Skeleton } from "@mantine/core";
import { IconCalendarCheck, IconMoodSmile } from "@tabler/icons-react";
import type { View } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { NothingFound } from "@/components/NothingFound";
import type { Filters } from "@/features/followups/filters";
import { openForm } from "@/features/followups/formRequest";
import classes from "./ListLines.module.css";

export function SkeletonLine() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Loading">
      <Skeleton circle h={20} />
      <div>
        <Skeleton h={11} w="42%" mb={8} />
        <Skeleton h={9} w="24%" />
      </div>
      <Skeleton h={11} w={110} />
    </div>
  );
}

export const MoreLine = SkeletonLine;

interface FilterProps {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
}

/** Why a list has no rows at all, and the way out: back to everything, or to a first follow-up. */
export function NothingLine({ filters, change }: FilterProps) {
  const { q, subject, who } = filters;
  if (q || subject) return <Unfound filters={filters} change={change} />;
  return (
    <EmptyState
      icon={IconCalendarCheck}
      title="No open follow-ups"
      text={who === "all" ? "What is planned appears here, in order of its due time." : "Nothing is open of those you chose."}
    >
      {who !== "all" && (
        <Button variant="default" size="xs" onClick={() => change({ who: "all" })}>
          Show everyone
        </Button>
      )}
      <Button variant="default" size="xs" onClick={() => openForm({})}>
        Plan a follow-up
      </Button>
    </EmptyState>
  );
}

function Unfound({ filters: { q, subject, who }, change }: FilterProps) {
  const others = Boolean(subject) || who !== "all";
  return (
    <NothingFound
      q={q}
      clearSearch={() => change({ q: "" })}
      clearFilters={others ? () => change({ q: "", subject: "", who: "all" }) : undefined}
    />
  );
}

const NOTHING: Partial<Record<View, string>> = {
  overdue: "Nothing is overdue.",
  today: "Nothing more is due today.",
  upcoming: "Nothing is planned for later.",
};

/** Why one section has no rows. */
export function NoneLine({ view, filters, change }: FilterProps & { view: View }) {
  if (filters.tab === "open") return <p className={classes.none}>{NOTHING[view]}</p>;
  if (filters.q || filters.subject) return <Unfound filters={filters} change={change} />;
  return (
    <EmptyState
      icon={view === "overdue" ? IconMoodSmile : IconCalendarCheck}
      title={NOTHING[view] ?? "Nothing is completed yet."}
      compact
    >
      {filters.who !== "all" && (
        <Button variant="default" size="xs" onClick={() => change({ who: "all" })}>
          Show everyone
        </Button>
      )}
      {view !== "completed" && view !== "overdue" && (
        <Button variant="default" size="xs" onClick={() => openForm({})}>
          Plan a follow-up
        </Button>
      )}
    </EmptyState>
  );
}
