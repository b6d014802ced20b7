import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconListNumbers, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Sequence } from "@/api/types";
import { isolate } from "@/components/bidi";
import { openConfirmDialog } from "@/components/confirm";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { IconButton } from "@/components/IconButton";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { UserText } from "@/components/UserText";
import { useDeleteSequence } from "@/features/sequences/mutations";
import { sequencesQuery } from "@/features/sequences/queries";
import { SequenceDialog } from "@/features/sequences/SequenceDialog";
import { words } from "@/i18n/sequences";
import classes from "./Sequences.module.css";

/** Sets of follow-ups that are started on leads and clients: managers and admins define them. */
export function Component() {
  const { data, error, refetch } = useQuery(sequencesQuery);
  const [asked, ask] = useState<{ sequence?: Sequence } | null>(null);
  return (
    <Page
      title={words.title}
      narrow
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => ask({})}>
          {words.add}
        </Button>
      }
    >
      {asked && <SequenceDialog {...asked} close={() => ask(null)} />}
      <Text size="sm" c="dimmed" mb="md">
        {words.text}
      </Text>
      {data ? (
        <All sequences={data} edit={(sequence) => ask({ sequence })} />
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={5} />
      )}
    </Page>
  );
}

function All({ sequences, edit }: { sequences: readonly Sequence[]; edit: (sequence: Sequence) => void }) {
  if (sequences.length === 0) return <EmptyState icon={IconListNumbers} title={words.none} text={words.noneText} compact />;
  return (
    <ul className={classes.all}>
      {sequences.map((sequence) => (
        <One key={sequence.id} sequence={sequence} edit={() => edit(sequence)} />
      ))}
    </ul>
  );
}

function One({ sequence, edit }: { sequence: Sequence; edit: () => void }) {
  const remove = useDeleteSequence();
  const { steps, going_on: goingOn } = sequence;
  const name = isolate(sequence.name);
  const ask = () =>
    openConfirmDialog({
      title: words.askDelete(name),
      text: words.askDeleteText,
      confirmLabel: words.delete,
      onConfirm: () => remove.mutate(sequence),
    });
  return (
    <li className={classes.one}>
      <div>
        <UserText className={classes.name}>{sequence.name}</UserText>
        <span className={classes.aside}>{words.summary(steps.length, words.goesOn(goingOn))}</span>
        <ol className={classes.planned}>
          {steps.map((step, place) => (
            <li key={place}>
              <UserText>{step.title}</UserText> <span className={classes.aside}>{words.when(step.offset, step.waits)}</span>
            </li>
          ))}
        </ol>
      </div>
      <span className={classes.actions}>
        <IconButton aria-label={words.edit(name)} onClick={edit}>
          <IconPencil size={18} />
        </IconButton>
        <IconButton aria-label={words.remove(name)} onClick={ask} disabled={remove.isPending}>
          <IconTrash size={18} />
        </IconButton>
      </span>
    </li>
  );
}
