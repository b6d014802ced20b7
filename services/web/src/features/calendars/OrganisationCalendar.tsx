import { Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useMay } from "@/api/session";
import type { Calendar } from "@/api/types";
import { done, failed } from "@/components/toasts";
import { words } from "@/i18n/calendars";

/** The calendar of all who have none themselves and nobody above them has: chosen by admins, shown to all. */
export function OrganisationCalendar({ calendars }: { calendars: readonly Calendar[] }) {
  const cache = useQueryClient();
  const mayEdit = useMay("calendars:write");
  const { data } = useQuery({
    queryKey: queryKeys.organisation,
    queryFn: ({ signal }) => dataOf(api.GET("/organisation", { signal })),
  });
  const change = useMutation({
    mutationFn: (calendar: number | null) => dataOf(api.PUT("/organisation", { body: { calendar_id: calendar } })),
    onSuccess: (saved) => {
      cache.setQueryData(queryKeys.organisation, saved);
      done(words.organisationSaved);
    },
    onError: (error) => failed(words.notSaved, error),
  });
  if (!data) return null;
  return (
    <Select
      label={words.organisation}
      description={words.organisationHelp}
      placeholder={words.noCalendar}
      data={calendars.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={data.calendar_id === null ? null : String(data.calendar_id)}
      onChange={(id) => change.mutate(id === null ? null : Number(id))}
      clearable={mayEdit}
      clearButtonProps={{ "aria-label": words.noCalendar }}
      readOnly={!mayEdit}
      maw={460}
      mb="lg"
    />
  );
}
