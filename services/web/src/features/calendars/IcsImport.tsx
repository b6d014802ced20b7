import { Button, FileButton, Group, List, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconFileImport } from "@tabler/icons-react";
import { api, dataOf, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useMe } from "@/api/session";
import type { Calendar } from "@/api/types";
import { FormProblem } from "@/components/FormProblem";
import { done } from "@/components/toasts";
import { words } from "@/i18n/calendars";
import { now } from "@/time/clock";
import { dateOf } from "@/time/format";
import { EffectDialog } from "@/features/calendars/EffectDialog";

const SHOWN = 12;

interface Props {
  calendar: Calendar;
  /** What is typed is not saved: a file would be imported beside it. */
  unsaved: boolean;
  onImported: (calendar: Calendar) => void;
}

/** Closes the calendar on the days of an iCalendar file. */
export function IcsImport({ calendar, unsaved, onImported }: Props) {
  const cache = useQueryClient();
  const params = { path: { calendar_id: calendar.id } };
  const look = useMutation({
    mutationFn: async (file: File) => {
      const ics = await file.text();
      const effect = await dataOf(api.POST("/calendars/{calendar_id}/imported-days/preview", { params, body: { ics } }));
      return { ics, effect };
    },
  });
  const load = useMutation({
    mutationFn: (ics: string) =>
      dataOf(api.PUT("/calendars/{calendar_id}/imported-days", { params, headers: ifMatch(calendar.etag), body: { ics } })),
    onSettled: look.reset,
    onSuccess: (saved) => {
      void cache.invalidateQueries({ queryKey: queryKeys.calendars });
      done(words.importedDone(saved.imported_days.length));
      onImported(saved);
    },
  });
  return (
    <>
      <FormProblem error={look.error ?? load.error} title={words.notImported} />
      {look.data && (
        <EffectDialog effect={look.data.effect} busy={load.isPending} save={() => load.mutate(look.data.ics)} close={look.reset} />
      )}
      <Group gap="md">
        <FileButton accept=".ics,text/calendar" onChange={(file) => file && look.mutate(file)} inputProps={{ "aria-label": words.file }}>
          {(props) => (
            <Button {...props} variant="default" size="xs" leftSection={<IconFileImport size={14} />} loading={look.isPending} disabled={unsaved}>
              {words.importFile}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          {unsaved ? words.saveFirst : calendar.imported_days.length ? words.importedDone(calendar.imported_days.length) : words.noImported}
        </Text>
      </Group>
      <Days days={calendar.imported_days} />
    </>
  );
}

/** The next days of the file, with their names. */
function Days({ days }: { days: Calendar["imported_days"] }) {
  const { time_zone: zone } = useMe();
  const today = new Date(now()).toISOString().slice(0, 10);
  const coming = days.filter(({ date }) => date >= today).slice(0, SHOWN);
  return (
    coming.length > 0 && (
      <List size="sm" mt="sm" aria-label={words.imported}>
        {coming.map(({ date, name }) => (
          <List.Item key={date}>
            {words.dayTitle(dateOf(`${date}T12:00:00Z`, zone, now()), name)}
          </List.Item>
        ))}
      </List>
    )
  );
}
