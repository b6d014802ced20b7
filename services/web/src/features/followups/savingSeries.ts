import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, dataOf, ifMatch } from "@/api/client";
import { currentIn } from "@/api/problem";
import { queryKeys } from "@/api/queryKeys";
import type { FollowUp, FollowUpPatch, Repeats, Series, SeriesPatch } from "@/api/types";
import { refreshLists, show } from "@/features/followups/cache";
import { partsOf } from "@/features/followups/draft";
import type { ClockChoice } from "@/features/followups/policyQuestion";
import type { Extent } from "@/features/followups/SeriesQuestion";

interface Saving {
  followUp: FollowUp;
  /** That it is of and that goes on, as it was seen; null: there is none. */
  series: Series | null;
  changes: FollowUpPatch;
  /** Which of its series change with it. */
  extent: Extent;
  /** Another rule; null: it does not come again; undefined: that stays. */
  repeats: Repeats | null | undefined;
  /** What becomes of the clock where another policy would apply. */
  clock: ClockChoice | { ask_about_policy?: true };
  /** Told what is its own as soon as that is saved: what fails afterwards is tried again on top of it. */
  saved?: (followUp: FollowUp) => void;
}

/** Save a follow-up of a series, or one that is to repeat: first what is its own, then what its series shares. */
export function useSaveSeries() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ followUp, series, changes, extent, repeats, clock, saved }: Saving) => {
      const { shared, own } = extent === "one" ? { shared: null, own: changes } : partsOf(changes);
      const path = { follow_up_id: followUp.id };
      let seen = followUp;
      if (Object.keys(own).length > 0) {
        const body = extent === "one" ? { ...own, ...clock } : own;
        seen = await dataOf(api.PATCH("/follow-ups/{follow_up_id}", { params: { path }, headers: ifMatch(seen.etag), body }));
        show(cache, seen);
        saved?.(seen);
      }
      if (series === null) {
        if (repeats) {
          const options = { params: { path }, headers: ifMatch(seen.etag), body: { repeats } };
          await dataOf(api.POST("/follow-ups/{follow_up_id}/series", options));
        }
      } else {
        const body = { ...(shared && { ...shared, ...clock }), ...(repeats && { repeats }) };
        const changed = await saveSeries(cache, series, { ...body, apply: extent === "all" ? "all" : "following" });
        if (repeats === null) await end(cache, changed);
      }
      return dataOf(api.GET("/follow-ups/{follow_up_id}", { params: { path } }));
    },
    onSuccess: (saved) => show(cache, saved),
    onSettled: (_, __, { followUp, series }) => {
      void cache.invalidateQueries({ queryKey: queryKeys.activities(followUp.id) });
      void cache.invalidateQueries({ queryKey: queryKeys.followUp(followUp.id) });
      if (series !== null) void cache.invalidateQueries({ queryKey: queryKeys.series(series.id) });
      refreshLists(cache);
    },
  });
}

async function saveSeries(cache: QueryClient, series: Series, body: SeriesPatch): Promise<Series> {
  if (Object.keys(body).length === 1) return series;
  return keep(cache, await dataOf(api.PATCH("/series/{series_id}", { ...asSeen(series), body })));
}

async function end(cache: QueryClient, series: Series): Promise<void> {
  keep(cache, await dataOf(api.POST("/series/{series_id}/end", asSeen(series))));
}

/** What was answered is what the next request is based on, whatever becomes of this one. */
function keep(cache: QueryClient, series: Series): Series {
  cache.setQueryData(queryKeys.series(series.id), series);
  return series;
}

function asSeen({ id, etag }: Series) {
  return { params: { path: { series_id: id } }, headers: ifMatch(etag) };
}

/** A series as it is now, when a change was based on an older version. */
export function currentSeriesOf(error: unknown): Series | null {
  const current = currentIn(error);
  return isSeries(current) ? current : null;
}

function isSeries(current: unknown): current is Series {
  return typeof current === "object" && current !== null && "repeats" in current;
}
