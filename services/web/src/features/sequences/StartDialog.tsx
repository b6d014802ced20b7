import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { Problem } from "@/api/problem";
import { useMay, useMe } from "@/api/session";
import type { Sequence } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { UserText } from "@/components/UserText";
import { useLabelOf, usePeopleInScope } from "@/features/people";
import { useStart } from "@/features/sequences/mutations";
import { sequencesQuery } from "@/features/sequences/queries";
import { t } from "@/i18n";
import { words } from "@/i18n/sequences";
import classes from "./Sequences.module.css";

interface Props {
  subject: { id: number; name: string };
  close: () => void;
}

/** Asks which sequence to start on a lead or client, and shows what it plans. */
export default function StartDialog({ subject, close }: Props) {
  const me = useMe();
  const { data: sequences } = useQuery(sequencesQuery);
  const [chosen, choose] = useState<string | null>(null);
  const [assignee, assign] = useState(me.id);
  const start = useStart(close);
  const problem = start.error instanceof Problem ? start.error : null;
  const sequence = sequences?.find(({ id }) => String(id) === (chosen ?? String(sequences[0]?.id)));

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (sequence) start.mutate({ sequence_id: sequence.id, subject_id: subject.id, assignee_id: assignee });
  }

  return (
    <Dialog onClose={close} title={words.startTitle(isolate(subject.name))}>
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={start.error} fields={["sequence_id", "assignee_id"]} />
          {sequences?.length === 0 ? (
            <Text size="sm">{words.noneToStart}</Text>
          ) : (
            <Select
              label={words.which}
              data={(sequences ?? []).map(({ id, name }) => ({ value: String(id), label: isolate(name) }))}
              value={sequence ? String(sequence.id) : null}
              onChange={choose}
              allowDeselect={false}
              error={problem?.messageFor("sequence_id")}
              data-autofocus
            />
          )}
          <Assignee value={assignee} onChange={assign} error={problem?.messageFor("assignee_id")} />
          {sequence && <Planned sequence={sequence} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={start.isPending} disabled={!sequence}>
              {words.start}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Only for those who have somebody to give it to. */
function Assignee({ value, onChange, error }: { value: number; onChange: (id: number) => void; error: string | undefined }) {
  const me = useMe();
  const mayAssign = useMay("escalations:read");
  const labelOf = useLabelOf();
  const people = usePeopleInScope().filter(({ active }) => active);
  if (!mayAssign) return null;
  return (
    <Select
      label={words.whose}
      data={people.map((one) => ({ value: String(one.id), label: one.id === me.id ? t.person.me(one.name) : labelOf(one) }))}
      value={String(value)}
      onChange={(id) => onChange(Number(id))}
      allowDeselect={false}
      searchable
      nothingFoundMessage={t.common.nobodyByName}
      error={error}
    />
  );
}

function Planned({ sequence: { steps } }: { sequence: Sequence }) {
  return (
    <ol className={classes.planned} aria-label={words.steps}>
      {steps.map((step, place) => (
        <li key={place}>
          <UserText>{step.title}</UserText> <span className={classes.aside}>{words.when(step.offset, step.waits)}</span>
        </li>
      ))}
    </ol>
  );
}
