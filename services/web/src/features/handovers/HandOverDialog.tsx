import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { HandOverInput } from "@/api/limits";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { OpenWorkFilter, User } from "@/api/types";
import { isolate } from "@/components/bidi";
import { DayField } from "@/components/DayField";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { withUndo } from "@/components/undo";
import { openWorkQuery, useHandOver, useUndoHandOver, type Wanted } from "@/features/handovers/handovers";
import { RecentHandOvers } from "@/features/handovers/RecentHandOvers";
import { WorkFilter } from "@/features/handovers/WorkFilter";
import { useLabelOf, usePeopleInScope } from "@/features/people";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/handovers";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";

const FIELDS = ["to", "until", "reason"];
const TYPING_MS = 300;

interface Props {
  person: Pick<User, "id" | "name" | "time_zone">;
  filter?: OpenWorkFilter | undefined;
  close: () => void;
}

/** Hands somebody's open work over: counted as soon as it is clear to whom, and undone for a day. */
export default function HandOverDialog({ person, filter: first = {}, close }: Props) {
  const me = useMe();
  const labelOf = useLabelOf();
  const people = usePeopleInScope().filter(({ active, id }) => active && id !== person.id);
  const [to, setTo] = useState<string | null>(null);
  /** null: what is typed means no day. */
  const [until, setUntil] = useState<string | null>("");
  const [reason, setReason] = useState("");
  const [filter, setFilter] = useState(first);
  const [narrowed, setNarrowed] = useState(Object.values(first).some(Boolean));
  const wanted: Wanted = { to: Number(to), until: until || null, reason: reason.trim() || null, filter };
  const counting = useCount(person.id, wanted);
  const { hand, error } = useHandingOver(person.id, close);
  const leave = useUnsavedChanges(to !== null && !hand.isPending, close);
  const taker = people.find(({ id }) => String(id) === to);
  const problem = problemOf(error) ?? problemOf(counting.error);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (taker && counting.count && until !== null) hand.mutate({ wanted, expected: counting.count, name: isolate(taker.name) });
  }

  return (
    <Dialog onClose={leave} title={words.title(isolate(person.name))} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={problem} fields={FIELDS} />
          <Select
            label={words.to}
            placeholder={words.choose}
            data={people.map((one) => ({ value: String(one.id), label: one.id === me.id ? t.person.me(one.name) : labelOf(one) }))}
            value={to}
            onChange={setTo}
            error={problem?.messageFor("to")}
            searchable
            selectFirstOptionOnChange
            limit={50}
            nothingFoundMessage={t.common.nobodyByName}
            data-autofocus
          />
          <DayField
            label={words.until}
            description={words.untilHelp}
            zone={person.time_zone}
            value={until ?? ""}
            onChange={setUntil}
            error={problem?.messageFor("until")}
          />
          {narrowed ? (
            <WorkFilter filter={filter} change={setFilter} />
          ) : (
            <Button variant="subtle" size="compact-sm" style={{ alignSelf: "flex-start" }} onClick={() => setNarrowed(true)}>
              {words.narrow}
            </Button>
          )}
          <TextInput
            label={words.reason}
            description={words.reasonHelp}
            maxLength={HandOverInput.reason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={problem?.messageFor("reason")}
          />
          <Text size="sm" role="status">
            {counting.said}
          </Text>
          {taker && counting.absentUntil && (
            <Text size="sm" c="var(--level-2)">
              {words.away(isolate(taker.name), plainDay(counting.absentUntil, now()))}
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {words.text}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={hand.isPending} disabled={!counting.count || until === null}>
              {counting.count ? words.run(counting.count) : words.runNone}
            </Button>
          </Group>
          <RecentHandOvers person={person.id} />
        </Stack>
      </form>
    </Dialog>
  );
}

/** How many would go over, and what is said about it; `count` only of what is asked for now. */
function useCount(person: number, { to, until, filter }: Wanted) {
  const [asked] = useDebouncedValue(filter, TYPING_MS);
  const { data, error, isPlaceholderData } = useQuery({ ...openWorkQuery(person, { to, until, filter: asked }), enabled: to > 0 });
  const known = data && !error && !isPlaceholderData && asked === filter;
  return {
    error,
    count: known ? data.count : 0,
    absentUntil: known ? data.assignee_absent_until : null,
    said: to === 0 ? words.chooseFirst : error ? "" : !known ? words.counting : data.count ? words.counted(data.count, data.overdue) : words.nothing,
  };
}

interface Handing {
  wanted: Wanted;
  expected: number;
  name: string;
}

/** Hands over, says so with a way back, and closes the dialog. */
function useHandingOver(person: number, close: () => void) {
  const handOver = useHandOver(person);
  const undo = useUndoHandOver();
  const hand = {
    isPending: handOver.isPending,
    mutate: ({ wanted, expected, name }: Handing) =>
      handOver.mutate(
        { ...wanted, expected },
        {
          onSuccess: ({ count, hand_over: made }) => {
            close();
            if (made) withUndo(words.done(count, name), () => undo.mutateAsync(made).then(() => false));
          },
        },
      ),
  };
  return { hand, error: handOver.error };
}

function problemOf(error: unknown): Problem | null {
  return error instanceof Problem ? error : null;
}
