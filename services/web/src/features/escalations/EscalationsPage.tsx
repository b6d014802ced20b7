import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useParameters } from "@/app/useParameters";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { EscalationList } from "@/features/escalations/EscalationList";
import { summaryQuery } from "@/features/escalations/queries";
import { Totals } from "@/features/escalations/Totals";
import { BulkBar } from "@/features/followups/BulkBar";
import { SearchField } from "@/features/followups/FilterBar";
import { whoIn } from "@/features/followups/filters";
import { SelectionProvider } from "@/features/followups/SelectionProvider";
import { SelectToggle } from "@/features/followups/SelectToggle";
import { WhoFilter } from "@/features/followups/WhoFilter";
import classes from "./EscalationsPage.module.css";

const Charts = lazy(() => import("@/features/escalations/Charts"));

/** What has gone so far that managers and admins were told, most overdue first. */
export function Component() {
  const [parameters, change] = useParameters();
  const q = parameters.get("q") ?? "";
  const who = whoIn(parameters);
  const summary = useQuery(summaryQuery);
  const filters = { q: q || undefined, assignee: who };
  return (
    <SelectionProvider scope={`${q} ${who}`}>
      <BulkBar />
      <Page
        title="Escalations"
        toolbar={
          <div className={classes.toolbar}>
            <WhoFilter who={who} change={(next) => change({ who: next })} />
            <SearchField q={q} change={(next) => change({ q: next })} label="Search escalations" />
            <SelectToggle />
          </div>
        }
      >
        {summary.data ? (
          <>
            <Totals summary={summary.data} />
            <Suspense fallback={<RowsSkeleton rows={1} height={240} />}>
              <Charts summary={summary.data} />
            </Suspense>
          </>
        ) : summary.error ? (
          <ErrorState error={summary.error} retry={() => void summary.refetch()} compact />
        ) : (
          <RowsSkeleton rows={2} height={120} />
        )}
        <EscalationList level="admin" filters={filters} count={summary.data?.admin} />
        <EscalationList level="manager" filters={filters} count={summary.data?.manager} />
      </Page>
    </SelectionProvider>
  );
}
