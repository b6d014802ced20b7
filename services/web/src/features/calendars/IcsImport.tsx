import { Button, FileButton, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconFileImport } from "@tabler/icons-react";
import { api, dataOf, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Calendar } from "@/api/types";
import { FormProblem } from "@/components/FormProblem";
import { done } from "@/components/toasts";
import { words } from "@/i18n/calendars";

interface Props {
  calendar: Calendar;
  /** What is typed is not saved: a file would be imported beside it. */
  unsaved: boolean;
  onImported: (calendar: Calendar) => void;
}

/** Closes the calendar on the days of an iCalendar file. */
export function IcsImport({ calendar, unsaved, onImported }: Props) {
  const cache = useQueryClient();
  const load = useMutation({
    mutationFn: async (file: File) =>
      dataOf(
        api.PUT("/calendars/{calendar_id}/imported-days", {
          params: { path: { calendar_id: calendar.id } },
          headers: ifMatch(calendar.etag),
          body: { ics: await file.text() },
        }),
      ),
    onSuccess: (saved) => {
      void cache.invalidateQueries({ queryKey: queryKeys.calendars });
      done(words.importedDone(saved.imported_days.length));
      onImported(saved);
    },
  });
  return (
    <>
      <FormProblem error={load.error} title={words.notImported} />
      <Group gap="md">
        <FileButton accept=".ics,text/calendar" onChange={(file) => file && load.mutate(file)} inputProps={{ "aria-label": words.file }}>
          {(props) => (
            <Button {...props} variant="default" size="xs" leftSection={<IconFileImport size={14} />} loading={load.isPending} disabled={unsaved}>
              {words.importFile}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          {unsaved ? words.saveFirst : calendar.imported_days.length ? words.importedDone(calendar.imported_days.length) : words.noImported}
        </Text>
      </Group>
    </>
  );
}
