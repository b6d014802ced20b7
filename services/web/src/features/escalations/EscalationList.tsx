import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconMoodSmile } from "@tabler/icons-react";
import { useMemo } from "react";
import type { Escalation } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { VirtualRows } from "@/components/VirtualRows";
import { EscalationRow } from "@/features/escalations/EscalationRow";
import { escalationsQuery, type Filters, type Level } from "@/features/escalations/queries";
import { useListed } from "@/features/followups";
import { atLeast, t } from "@/i18n";
import classes from "./EscalationList.module.css";

const NONE: readonly Escalation[] = [];

interface Props {
  level: Level;
  filters: Filters;
  /** Whether that leaves some out. */
  narrowed: boolean;
  /** How many there are. */
  count: number | undefined;
  /** Whether there may be more than were counted. */
  uncounted: boolean | undefined;
}

export function EscalationList({ level, filters, narrowed, count, uncounted }: Props) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...escalationsQuery(level, filters),
    placeholderData: (old) => old,
  });
  const escalations = useMemo(() => data?.pages.flatMap(({ items }) => items), [data]);
  useListed(escalations ?? NONE);
  const { title, hint, none, noneFound } = t.escalations.levels[level];
  return (
    <section className={classes.section} aria-label={title}>
      <h2 className={classes.title}>
        <span className={classes.dot} data-level={level} />
        {title}
        {level === "admin" && <span className={classes.critical}>{t.escalations.critical}</span>}
        {count !== undefined && <span className={classes.count}>{atLeast(count, uncounted)}</span>}
        <span className={classes.hint}>{hint}</span>
      </h2>
      {escalations ? (
        escalations.length > 0 ? (
          <VirtualRows
            label={title}
            rows={escalations}
            keyOf={({ id }) => id}
            height={57}
            phoneHeight={104}
            render={(escalation) => <EscalationRow escalation={escalation} />}
          />
        ) : (
          <EmptyState
            icon={IconMoodSmile}
            title={t.escalations.none}
            text={narrowed ? noneFound : none}
            compact
          />
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} compact />
      ) : (
        <RowsSkeleton rows={3} height={48} />
      )}
      {hasNextPage && (
        <Button mt="sm" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showMore}
        </Button>
      )}
    </section>
  );
}
