import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { FollowUp, FollowUpPatch, Repeats, SeriesPatch } from "@/api/types";
import { refreshLists, show } from "@/features/followups/cache";
import { partsOf } from "@/features/followups/draft";
import type { Extent } from "@/features/followups/SeriesQuestion";

interface Saving {
  followUp: FollowUp;
  /** That it is of and that goes on; null: there is none. */
  series: number | null;
  changes: FollowUpPatch;
  /** Which of its series change with it. */
  extent: Extent;
  /** Another rule; null: it does not come again; undefined: that stays. */
  repeats: Repeats | null | undefined;
}

/** Save a follow-up of a series, or one that is to repeat: first what is its own, then what its series shares. */
export function useSaveSeries() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ followUp: { id, etag }, series, changes, extent, repeats }: Saving) => {
      const { shared, own } = extent === "one" ? { shared: null, own: changes } : partsOf(changes);
      const path = { follow_up_id: id };
      if (Object.keys(own).length > 0) {
        show(cache, await dataOf(api.PATCH("/follow-ups/{follow_up_id}", { params: { path }, headers: ifMatch(etag), body: own })));
      }
      if (series === null) {
        if (repeats) await dataOf(api.POST("/follow-ups/{follow_up_id}/series", { params: { path }, body: { repeats } }));
      } else {
        await saveSeries(series, { ...shared, ...(repeats && { repeats }), apply: extent === "all" ? "all" : "following" });
        if (repeats === null) await dataOf(api.POST("/series/{series_id}/end", { params: { path: { series_id: series } } }));
      }
      return dataOf(api.GET("/follow-ups/{follow_up_id}", { params: { path } }));
    },
    onSuccess: (saved) => show(cache, saved),
    onSettled: (_, __, { followUp, series }) => {
      void cache.invalidateQueries({ queryKey: queryKeys.activities(followUp.id) });
      void cache.invalidateQueries({ queryKey: queryKeys.followUp(followUp.id) });
      if (series !== null) void cache.invalidateQueries({ queryKey: queryKeys.series(series) });
      refreshLists(cache);
    },
  });
}

async function saveSeries(series: number, body: SeriesPatch): Promise<void> {
  if (Object.keys(body).length > 1) {
    await dataOf(api.PATCH("/series/{series_id}", { params: { path: { series_id: series } }, body }));
  }
}
