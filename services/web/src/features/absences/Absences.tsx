import { Button, Group, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { Absence } from "@/api/types";
import { Badge } from "@/components/Badge";
import { DayField } from "@/components/DayField";
import { ErrorState } from "@/components/ErrorState";
import { FormProblem } from "@/components/FormProblem";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { absencesQuery, useEndAbsence, usePlanAbsence } from "@/features/absences/absences";
import { peopleQuery, usePeopleInScope } from "@/features/people";
import { words } from "@/i18n/absences";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";
import { wallTime } from "@/time/zone";

const FIELDS = ["from", "to", "substitute_id", "note"];

/** When somebody is away, and who stands in: one's own, and those of everyone below one. */
export function Absences() {
  const me = useMe();
  const [person, setPerson] = useState(me.id);
  const people = usePeopleInScope().filter(({ active }) => active);
  return (
    <Stack>
      {people.length > 1 && (
        <Select
          label={words.who}
          data={people.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={String(person)}
          onChange={(value) => value && setPerson(Number(value))}
          allowDeselect={false}
          searchable
        />
      )}
      <PersonAbsences key={person} person={person} />
    </Stack>
  );
}

/** The absences of one person, and the form that plans another. */
export function PersonAbsences({ person }: { person: number }) {
  return (
    <Stack>
      <Planned person={person} />
      <AbsenceForm person={person} />
    </Stack>
  );
}

function Planned({ person }: { person: number }) {
  const { data, error, refetch } = useQuery(absencesQuery(person));
  const end = useEndAbsence();
  if (!data) {
    return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <RowsSkeleton rows={1} />;
  }
  if (data.items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {words.none}
      </Text>
    );
  }
  return (
    <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
      {data.items.map((absence) => (
        <Row key={absence.id} absence={absence} end={() => end.mutate(absence)} />
      ))}
    </Stack>
  );
}

function Row({ absence, end }: { absence: Absence; end: () => void }) {
  const { from, to, substitute, note, now: isAway } = absence;
  const days = words.days(plainDay(from, now()), plainDay(to, now()));
  return (
    <Group component="li" justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm" fw={560}>
          {days} {isAway && <Badge tone="good">{words.now}</Badge>}
        </Text>
        <Text size="xs" c="dimmed">
          {[substitute ? words.inPlace(substitute.name) : words.nobody, note].filter(Boolean).join(" · ")}
        </Text>
      </div>
      <Button size="compact-sm" variant="default" flex="none" aria-label={words.endNamed(days, isAway)} onClick={end}>
        {isAway ? words.back : words.takeBack}
      </Button>
    </Group>
  );
}

function AbsenceForm({ person }: { person: number }) {
  const me = useMe();
  const { data: everybody = [] } = useQuery(peopleQuery);
  const plan = usePlanAbsence();
  const zone = everybody.find(({ id }) => id === person)?.time_zone ?? me.time_zone;
  const today = wallTime(now(), zone).slice(0, 10);
  const form = useForm({ initialValues: { from: today, to: "", substitute_id: "", note: "" } });
  const { from, to, substitute_id: substitute, note } = form.values;
  const problem = plan.error instanceof Problem ? plan.error : null;
  const others = everybody.filter(({ id, active }) => active && id !== person);

  function submit() {
    const body = { user_id: person, from, to, substitute_id: substitute ? Number(substitute) : null, note };
    plan.mutate(body, { onSuccess: () => form.reset() });
  }

  return (
    <form onSubmit={form.onSubmit(submit)} aria-label={words.plan}>
      <Stack>
        <FormProblem error={problem} fields={FIELDS} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <DayField
            label={words.from}
            required
            withAsterisk={false}
            zone={zone}
            value={from}
            onChange={(day) => form.setFieldValue("from", day ?? "")}
            error={problem?.messageFor("from")}
          />
          <DayField
            label={words.to}
            description={words.toHelp}
            required
            withAsterisk={false}
            zone={zone}
            value={to}
            onChange={(day) => form.setFieldValue("to", day ?? "")}
            error={problem?.messageFor("to")}
          />
        </SimpleGrid>
        <Select
          label={words.substitute}
          description={words.substituteHelp}
          data={others.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={substitute || null}
          onChange={(value) => form.setFieldValue("substitute_id", value ?? "")}
          clearable
          searchable
          limit={50}
          error={problem?.messageFor("substitute_id")}
        />
        <TextInput
          label={words.note}
          description={words.noteHelp}
          maxLength={500}
          {...form.getInputProps("note")}
          error={problem?.messageFor("note")}
        />
        <Button type="submit" loading={plan.isPending} disabled={!from || !to} style={{ alignSelf: "flex-start" }}>
          {words.plan}
        </Button>
      </Stack>
    </form>
  );
}
