import { Anchor, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCalendarTime, IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import { useMay } from "@/api/session";
import type { Calendar } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { Cell, StackedRow, StackedTable } from "@/components/StackedTable";
import { UserText } from "@/components/UserText";
import { OrganisationCalendar } from "@/features/calendars/OrganisationCalendar";
import { countryName } from "@/features/calendars/countries";
import { calendarsQuery } from "@/features/calendars/queries";
import { hoursAWeek, weekInWords } from "@/features/calendars/week";
import { words } from "@/i18n/calendars";

const COLUMNS = [
  { name: words.columns.name },
  { name: words.columns.zone },
  { name: words.columns.hours },
  { name: words.columns.holidays },
];

/** The calendars by which steps of policies can count. */
export function Component() {
  const { data, error, refetch } = useQuery(calendarsQuery);
  const mayEdit = useMay("calendars:write");
  return (
    <Page
      title={words.title}
      actions={
        mayEdit && (
          <Button component={Link} to="/calendars/new" leftSection={<IconPlus size={16} />}>
            {words.add}
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed" mb="md">
        {words.text}
      </Text>
      {data && <OrganisationCalendar calendars={data} />}
      {data ? <List calendars={data} /> : error ? <ErrorState error={error} retry={() => void refetch()} /> : <RowsSkeleton />}
    </Page>
  );
}

function List({ calendars }: { calendars: readonly Calendar[] }) {
  if (calendars.length === 0) return <EmptyState icon={IconCalendarTime} title={words.none} text={words.noneText} />;
  return (
    <StackedTable verticalSpacing="xs" highlightOnHover columns={COLUMNS} aria-label={words.title}>
      {calendars.map((calendar) => (
        <StackedRow key={calendar.id}>
          <Cell wide>
            <Anchor component={Link} to={`/calendars/${calendar.id}`} fw={560} c="inherit">
              <UserText>{calendar.name}</UserText>
            </Anchor>
          </Cell>
          <Cell of={words.columns.zone}>{calendar.time_zone}</Cell>
          <Cell of={words.columns.hours} wide title={words.perWeek(hoursAWeek(calendar.hours))}>
            {weekInWords(calendar.hours)}
          </Cell>
          <Cell of={words.columns.holidays}>
            {calendar.holidays ? countryName(calendar.holidays.country, calendar.holidays.subdivision) : words.noHolidays}
          </Cell>
        </StackedRow>
      ))}
    </StackedTable>
  );
}
