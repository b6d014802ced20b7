import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { subjectQuery } from "@/api/subjects";
import { Problem } from "@/api/problem";
import type { SubjectDetails } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { SubjectIcon } from "@/components/SubjectLink";
import { UserText } from "@/components/UserText";
import { SubjectField } from "@/features/followups";
import { mergeCountQuery, useMerge, type Taken } from "@/features/subjects/merging";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/merging";
import classes from "./MergeDialog.module.css";

const TAKEN: readonly Taken[] = ["name", "phone", "email", "url", "owner_id"];
type Chosen = NonNullable<Parameters<typeof SubjectField>[0]["value"]>;

interface Props {
  /** The one that stays. */
  subject: SubjectDetails;
  /** The one that goes, where that is known already. */
  other?: Chosen | undefined;
  close: () => void;
}

/** Merges another lead or client into this one: both side by side, and of each field the one that is kept. */
export default function MergeDialog({ subject, other: first, close }: Props) {
  const [chosen, setChosen] = useState<Chosen | null>(first ?? null);
  const [taken, setTaken] = useState<Partial<Record<Taken, boolean>>>({});
  const id = chosen?.id ?? null;
  const { data: other, error: unread } = useQuery({ ...subjectQuery(id ?? 0), enabled: id !== null });
  const counted = useQuery({ ...mergeCountQuery(subject.id, id ?? 0), enabled: id !== null });
  const merge = useMerge(subject, close);
  const leave = useUnsavedChanges(chosen !== null && !merge.isPending, close);
  const both = id === null ? undefined : other;
  const ready = both !== undefined && counted.isSuccess;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (both && ready) merge.mutate({ other: both, take: TAKEN.filter((field) => takes(subject, both, field, taken)) });
  }

  return (
    <Dialog onClose={leave} title={words.title(isolate(subject.name))} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={merge.error ?? unread ?? problemOf(counted.error)} />
          <SubjectField
            existing
            label={words.other}
            except={subject.id}
            value={chosen}
            onChange={(next) => {
              setChosen(next);
              setTaken({});
              merge.reset();
            }}
            autoFocus={first === undefined}
          />
          {both && <SideBySide kept={subject} other={both} taken={taken} take={(field, yes) => setTaken({ ...taken, [field]: yes })} />}
          <Text size="sm" role="status">
            {id === null ? words.chooseFirst : counted.data ? moves(counted.data) : counted.error ? "" : words.counting}
          </Text>
          <Text size="sm" c="dimmed">
            {words.text}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={merge.isPending} disabled={!ready}>
              {words.run}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

interface Sides {
  kept: SubjectDetails;
  other: SubjectDetails;
  taken: Partial<Record<Taken, boolean>>;
  take: (field: Taken, yes: boolean) => void;
}

function SideBySide({ kept, other, taken, take }: Sides) {
  return (
    <div className={classes.sides}>
      {[kept, other].map((side) => (
        <div key={side.id} className={classes.side}>
          <Text size="xs" c="dimmed">
            {side === kept ? words.stays : words.goes}
          </Text>
          <SubjectIcon kind={side.kind} /> {t.subjectKinds[side.kind]}
        </div>
      ))}
      {TAKEN.filter((field) => valueOf(kept, field) || valueOf(other, field)).map((field) => (
        <Radio.Group
          key={field}
          className={classes.field}
          label={field === "owner_id" ? t.subjects.owner : t.subjects.labels[field]}
          value={takes(kept, other, field, taken) ? "other" : "kept"}
          onChange={(value) => take(field, value === "other")}
        >
          <div className={classes.values}>
            <Radio value="kept" label={<Value of={valueOf(kept, field)} />} disabled={!valueOf(kept, field)} />
            <Radio value="other" label={<Value of={valueOf(other, field)} />} disabled={!valueOf(other, field)} />
          </div>
        </Radio.Group>
      ))}
      {(kept.external_id ?? other.external_id) && (
        <div className={classes.field}>
          <Text size="sm" fw={500}>
            {t.subjects.labels.external_id}
          </Text>
          <div className={classes.values}>
            <Value of={kept.external_id} />
            <Value of={other.external_id} />
          </div>
        </div>
      )}
    </div>
  );
}

function Value({ of }: { of: string | null }) {
  return of ? <UserText className={classes.value}>{of}</UserText> : <span className={classes.none}>{t.common.empty}</span>;
}

function valueOf(side: SubjectDetails, field: Taken): string | null {
  return field === "owner_id" ? (side.owner?.name ?? null) : side[field];
}

/** Whether a field comes from the one that goes: as chosen, else where only that one has it. */
function takes(kept: SubjectDetails, other: SubjectDetails, field: Taken, taken: Partial<Record<Taken, boolean>>): boolean {
  return Boolean(valueOf(other, field)) && (taken[field] ?? !valueOf(kept, field));
}

function moves({ follow_ups: amount, open, series }: { follow_ups: number; open: number; series: number }): string {
  return words.moves(amount, open, series);
}

/** What is in the way is said; that the one is gone by now is said by itself. */
function problemOf(error: unknown): Problem | null {
  return error instanceof Problem ? error : null;
}
