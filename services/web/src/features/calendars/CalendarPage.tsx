import { Alert, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useMay, useMe } from "@/api/session";
import type { Calendar } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { NotFoundPage } from "@/components/NotFoundPage";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { usePathId } from "@/hooks/usePathId";
import { ArchiveButton } from "@/features/calendars/ArchiveButton";
import { CalendarForm } from "@/features/calendars/CalendarForm";
import { CalendarFacts } from "@/features/calendars/CalendarFacts";
import { draftOf, newDraft } from "@/features/calendars/draft";
import { calendarQuery } from "@/features/calendars/queries";
import { words } from "@/i18n/calendars";

/** One calendar: to edit for admins, to look at for all. */
export function Component() {
  const id = usePathId();
  return id === null ? <NotFoundPage /> : <CalendarPage id={id} />;
}

function CalendarPage({ id }: { id: number }) {
  const { data, error, refetch } = useQuery(calendarQuery(id));
  const mayEdit = useMay("calendars:write");
  const editable = mayEdit && data?.archived_at === null;
  return (
    <Page
      title={data?.name ?? words.one}
      longTitle
      aside={<ToList />}
      actions={editable && <ArchiveButton calendar={data} />}
    >
      {data?.archived_at && (
        <Alert color="gray" mb="md">
          {words.archived}
        </Alert>
      )}
      {data ? (
        editable ? <Editor key={data.id} calendar={data} /> : <CalendarFacts calendar={data} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton />
      )}
    </Page>
  );
}

/** Begins again with what was saved, by itself or by others whose version is taken. */
function Editor({ calendar }: { calendar: Calendar }) {
  const [base, setBase] = useState(calendar);
  return <CalendarForm key={base.etag} saved={base} newest={calendar} initial={draftOf(base)} onSaved={setBase} />;
}

/** A calendar that does not exist yet. */
export function NewCalendar() {
  const { time_zone: zone } = useMe();
  const navigate = useNavigate();
  return (
    <Page title={words.new} aside={<ToList />}>
      <CalendarForm saved={null} newest={null} initial={newDraft(zone)} onSaved={({ id }) => void navigate(`/calendars/${id}`, { replace: true })} />
    </Page>
  );
}

function ToList() {
  return (
    <Group>
      <Button component={Link} to="/calendars" variant="subtle" size="compact-sm">
        {words.toList}
      </Button>
    </Group>
  );
}
