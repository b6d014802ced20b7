import { Button, Skeleton } from "@mantine/core";
import { IconCalendarCheck, IconFilterOff, IconMoodSmile, IconSearch } from "@tabler/icons-react";
import type { View } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import type { Filters } from "@/features/followups/filters";
import { openForm } from "@/features/followups/formRequest";
import classes from "./lines.module.css";

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

interface NoneProps {
  view: View;
  filters: Filters;
  change: (next: Partial<Filters>) => void;
}

const NOTHING: Partial<Record<View, string>> = {
  today: "Nothing more is due today.",
  upcoming: "Nothing is planned for later.",
};

/** Why a section has no rows: nothing to do, or nothing found. */
export function NoneLine({ view, filters, change }: NoneProps) {
  if (filters.q || filters.subject) {
    if (filters.tab === "open") return <p className={classes.none}>Nothing found here.</p>;
    return (
      <EmptyState icon={IconSearch} title="Nothing found" compact>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconFilterOff size={14} />}
          onClick={() => change({ q: "", subject: "" })}
        >
          Show all
        </Button>
      </EmptyState>
    );
  }
  if (view === "overdue") {
    return <EmptyState icon={IconMoodSmile} title="Nothing is overdue" text="Every promised call was made." compact />;
  }
  if (filters.tab === "open") return <p className={classes.none}>{NOTHING[view]}</p>;
  return (
    <EmptyState
      icon={IconCalendarCheck}
      title={NOTHING[view] ?? "Nothing is completed yet."}
      compact
    >
      {view !== "completed" && (
        <Button variant="default" size="xs" onClick={() => openForm({})}>
          Plan a follow-up
        </Button>
      )}
    </EmptyState>
  );
}
