import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/ErrorState";
import { NothingFound } from "@/components/NothingFound";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { ByLine } from "@/features/escalations/ByLine";
import { EscalationFilter } from "@/features/escalations/EscalationFilter";
import { EscalationList } from "@/features/escalations/EscalationList";
import { apiFilters, EVERYTHING, filtersSet, isNarrowed, useNarrowing } from "@/features/escalations/filters";
import { countsQuery } from "@/features/escalations/queries";
import { Totals } from "@/features/escalations/Totals";
import { BulkBar, SelectionProvider, SelectToggle, WhoFilter } from "@/features/followups";
import { SearchField } from "@/components/SearchField";
import { t } from "@/i18n";
import classes from "./EscalationsPage.module.css";

/** What has gone so far that managers and admins were told, most overdue first. */
export function Component() {
  const [narrowing, change] = useNarrowing();
  const { q, who } = narrowing;
  const filters = apiFilters(narrowing);
  const { data: counts, error, refetch, isPlaceholderData } = useQuery(countsQuery(filters));
  const narrowed = isNarrowed(narrowing);
  const nothing = narrowed && counts !== undefined && !isPlaceholderData && !counts.at_least && counts.admin + counts.manager === 0;
  const showEveryone = () => change({ who: "all" });
  return (
    <SelectionProvider scope={JSON.stringify(narrowing)}>
      <BulkBar />
      <Page
        title={t.escalations.title}
        toolbar={
          <div className={classes.toolbar}>
            <WhoFilter who={who} change={(next) => change({ who: next })} />
            <EscalationFilter narrowing={narrowing} change={change} />
            <SearchField q={q} change={(next) => change({ q: next })} label={t.escalations.search} />
            <SelectToggle />
          </div>
        }
      >
        {counts ? (
          <>
            <Totals counts={counts} />
            {!counts.at_least && <ByLine key={who} counts={counts} who={who} showEveryone={showEveryone} />}
          </>
        ) : error ? (
          <ErrorState error={error} retry={() => void refetch()} compact />
        ) : (
          <RowsSkeleton rows={2} height={120} />
        )}
        {nothing ? (
          <NothingFound
            q={q}
            clearSearch={() => change({ q: "" })}
            clearFilters={who === "all" && filtersSet(narrowing) === 0 ? undefined : () => change(EVERYTHING)}
          />
        ) : (
          <>
            <EscalationList level="admin" filters={filters} narrowed={narrowed} count={counts?.admin} uncounted={counts?.at_least} />
            <EscalationList level="manager" filters={filters} narrowed={narrowed} count={counts?.manager} uncounted={counts?.at_least} />
          </>
        )}
      </Page>
    </SelectionProvider>
  );
}
