import { Alert, Checkbox, Select, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useLabelOf, usePeopleInScope } from "@/features/people";
import type { Answers } from "@/features/imports/imports";
import { words } from "@/i18n/imports";

interface Props {
  needed: boolean;
  answers: Answers;
  change: (given: Partial<Answers>) => void;
}

/** What a calendar does not say: whose it is, and whether each of its events is an absence. */
export function CalendarAnswers({ needed, answers, change }: Props) {
  const people = usePeopleInScope().filter(({ active }) => active);
  const labelOf = useLabelOf();
  return (
    <Stack component="section" aria-label={words.imports.calendar} gap="sm" maw={460}>
      <div>
        <Title order={2} mb={4}>
          {words.imports.calendar}
        </Title>
        <Text size="sm" c="dimmed">
          {words.imports.calendarHelp}
        </Text>
      </div>
      {needed && !answers.person && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle size={20} />} role="status">
          <Text size="sm" c="var(--mantine-color-text)">
            {words.imports.whoseNeeded}
          </Text>
        </Alert>
      )}
      <Select
        label={words.imports.whose}
        description={words.imports.whoseHelp}
        data={people.map((person) => ({ value: person.email, label: labelOf(person) }))}
        value={answers.person || null}
        onChange={(person) => change({ person: person ?? "" })}
        clearable
        searchable
      />
      <Checkbox
        label={words.imports.everyEvent}
        description={words.imports.everyEventHelp}
        checked={answers.every}
        onChange={({ currentTarget }) => change({ every: currentTarget.checked })}
      />
    </Stack>
  );
}
