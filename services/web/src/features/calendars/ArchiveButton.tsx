import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, ifMatch } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Calendar } from "@/api/types";
import { isolate } from "@/components/bidi";
import { openConfirmDialog } from "@/components/confirm";
import { failed } from "@/components/toasts";
import { words } from "@/i18n/calendars";

/** Takes a calendar out of use. */
export function ArchiveButton({ calendar }: { calendar: Calendar }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const archive = useMutation({
    mutationFn: () =>
      api.DELETE("/calendars/{calendar_id}", { params: { path: { calendar_id: calendar.id } }, headers: ifMatch(calendar.etag) }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: queryKeys.calendars });
      void navigate("/calendars");
    },
    onError: (error) => failed(words.notArchived, error),
  });
  return (
    <Button
      variant="default"
      loading={archive.isPending}
      onClick={() =>
        openConfirmDialog({
          title: words.askArchive(isolate(calendar.name)),
          text: words.askArchiveText,
          confirmLabel: words.archive,
          onConfirm: () => archive.mutate(),
        })
      }
    >
      {words.archive}
    </Button>
  );
}
