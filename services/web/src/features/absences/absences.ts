import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Absence } from "@/api/types";
import { done, failed } from "@/components/toasts";
import { words } from "@/i18n/absences";

/** What somebody writes to plan an absence. */
export interface AbsenceDraft {
  user_id: number;
  from: string;
  to: string;
  substitute_id: number | null;
  note: string;
}

/** The absences of a person that are not over. */
export const absencesQuery = (person: number) =>
  queryOptions({
    queryKey: queryKeys.absenceList({ person }),
    queryFn: ({ signal }) =>
      dataOf(api.GET("/absences", { params: { query: { user_id: person, limit: 200 } }, signal })),
  });

export function usePlanAbsence() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: AbsenceDraft) => dataOf(api.POST("/absences", { body })),
    onSuccess: () => done(words.planned),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.absences }),
  });
}

/** Take one back that is to come; end one that has begun. */
export function useEndAbsence() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, etag }: Absence) =>
      api.DELETE("/absences/{absence_id}", { params: { path: { absence_id: id } }, headers: ifMatch(etag) }),
    onSuccess: (_answer, { now }) => done(now ? words.ended : words.takenBack),
    onError: (failure) => failed(words.stillPlanned, failure),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.absences }),
  });
}
