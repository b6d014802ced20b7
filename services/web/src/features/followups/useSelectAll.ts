import { useMutation } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { BulkFilter, FollowUpCounts, View } from "@/api/types";
import { apiFilters, type Filters } from "@/features/followups/filters";
import { countedIn } from "@/features/followups/sections";
import { useSelection } from "@/features/followups/SelectionProvider";
import { failed } from "@/components/toasts";
import { t } from "@/i18n";

/** Select all of a section, loaded or not: they are counted first, and the count goes with what is done to them. */
export function useSelectAll(view: View, filters: Filters) {
  const { setAll } = useSelection();
  return useMutation({
    mutationFn: () => dataOf(api.GET("/follow-ups/counts", { params: { query: apiFilters(filters) } })),
    onSuccess: (counts) => setAll(filterOf(view as BulkFilter["view"], filters, counts)),
    onError: (error) => failed(t.bulk.notCounted, error),
  });
}

/** What the API finds them by, when it has counted them. */
export function filterOf(view: BulkFilter["view"], filters: Filters, counts: FollowUpCounts): BulkFilter {
  return { view, ...apiFilters(filters), expected: countedIn(counts, view) ?? 0, as_of: counts.as_of };
}
