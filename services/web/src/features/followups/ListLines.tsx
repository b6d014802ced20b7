import { Button, Skeleton } from "@mantine/core";
import { IconCalendarCheck, IconMoodSmile } from "@tabler/icons-react";
import type { View } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { NothingFound } from "@/components/NothingFound";
import { isNarrowed, NO_FACTS, type Filters } from "@/features/followups/filters";
import { openForm } from "@/features/followups/formRequest";
import { t } from "@/i18n";
import classes from "./ListLines.module.css";

export function SkeletonLine() {
  return (
    <div className={classes.skeleton} role="status" aria-label={t.common.loading}>
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
  const { who } = filters;
  if (isNarrowed(filters)) return <Unfound filters={filters} change={change} />;
  return (
    <EmptyState
      icon={IconCalendarCheck}
      title={t.followUps.none}
      text={who === "all" ? t.followUps.noneText : t.followUps.noneChosen}
    >
      {who !== "all" && (
        <Button variant="default" size="xs" onClick={() => change({ who: "all" })}>
          {t.common.showEveryone}
        </Button>
      )}
      <Button variant="default" size="xs" onClick={() => openForm({})}>
        {t.followUps.plan}
      </Button>
    </EmptyState>
  );
}

function Unfound({ filters, change }: FilterProps) {
  const { q, who } = filters;
  const others = who !== "all" || isNarrowed({ ...filters, q: "" });
  return (
    <NothingFound
      q={q}
      clearSearch={() => change({ q: "" })}
      clearFilters={others ? () => change({ q: "", subject: "", who: "all", ...NO_FACTS }) : undefined}
    />
  );
}

/** Why one section has no rows. */
export function NoneLine({ view, filters, change }: FilterProps & { view: View }) {
  if (filters.tab === "open") return <p className={classes.none}>{t.followUps.noneIn[view]}</p>;
  if (isNarrowed(filters)) return <Unfound filters={filters} change={change} />;
  return (
    <EmptyState
      icon={view === "overdue" ? IconMoodSmile : IconCalendarCheck}
      title={t.followUps.noneIn[view]}
      compact
    >
      {filters.who !== "all" && (
        <Button variant="default" size="xs" onClick={() => change({ who: "all" })}>
          {t.common.showEveryone}
        </Button>
      )}
      {view !== "completed" && view !== "overdue" && (
        <Button variant="default" size="xs" onClick={() => openForm({})}>
          {t.followUps.plan}
        </Button>
      )}
    </EmptyState>
  );
}
