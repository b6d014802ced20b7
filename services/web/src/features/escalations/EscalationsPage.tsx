import { useQuery } from "@tanstack/react-query";
import { useParameters } from "@/hooks/useParameters";
import { ErrorState } from "@/components/ErrorState";
import { NothingFound } from "@/components/NothingFound";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { ByLine } from "@/features/escalations/ByLine";
import { EscalationList } from "@/features/escalations/EscalationList";
import { countsQuery } from "@/features/escalations/queries";
import { Totals } from "@/features/escalations/Totals";
import { BulkBar, SelectionProvider, SelectToggle, WhoFilter, whoIn } from "@/features/followups";
import { SearchField } from "@/components/SearchField";
import { t } from "@/i18n";
import classes from "./EscalationsPage.module.css";

/** What has gone so far that managers and admins were told, most overdue first. */
export function Component() {
  const [parameters, change] = useParameters();
  const q = parameters.get("q") ?? "";
  const who = whoIn(parameters);
  const filters = { q: q || undefined, assignee: who };
  const { data: counts, error, refetch, isPlaceholderData } = useQuery(countsQuery(filters));
  const narrowed = Boolean(q) || who !== "all";
  const nothing = narrowed && counts !== undefined && !isPlaceholderData && counts.admin + counts.manager === 0;
  const showEveryone = () => change({ who: "all" });
  return (
    <SelectionProvider scope={`${q} ${who}`}>
      <BulkBar />
      <Page
        title={t.escalations.title}
        toolbar={
          <div className={classes.toolbar}>
            <WhoFilter who={who} change={(next) => change({ who: next })} />
            <SearchField q={q} change={(next) => change({ q: next })} label={t.escalations.search} />
            <SelectToggle />
          </div>
        }
      >
        {counts ? (
          <>
            <Totals counts={counts} />
            <ByLine key={who} counts={counts} who={who} showEveryone={showEveryone} />
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
            clearFilters={who === "all" ? undefined : () => change({ q: "", who: "all" })}
          />
        ) : (
          <>
            <EscalationList level="admin" filters={filters} count={counts?.admin} />
            <EscalationList level="manager" filters={filters} count={counts?.manager} />
          </>
        )}
      </Page>
    </SelectionProvider>
  );
}
