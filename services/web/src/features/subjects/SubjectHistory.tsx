import { Button, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { SubjectChange } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { isolate } from "@/components/bidi";
import { RelativeTime } from "@/components/RelativeTime";
import { subjectChangesQuery } from "@/api/subjects";
import { useMay } from "@/api/session";
import { useUndoMerge } from "@/features/subjects/merging";
import { t } from "@/i18n";
import { words } from "@/i18n/merging";
import { now } from "@/time/clock";
import classes from "./SubjectPage.module.css";

const NAMES: Readonly<Record<string, string>> = t.subjects.fields;

/** What was changed about a lead or client; nothing where nothing was. */
export function SubjectHistory({ id }: { id: number }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    subjectChangesQuery(id),
  );
  const changes = data?.pages.flatMap(({ items }) => items) ?? [];
  if (error) return <ErrorState error={error} retry={() => void refetch()} compact />;
  if (changes.length === 0) return null;
  return (
    <section aria-label={t.subjects.changes}>
      <Title order={2} mt="xl" mb={4}>
        {t.subjects.changes}
      </Title>
      <ol className={classes.changes}>
        {changes.map((change) => (
          <li key={change.id}>
            {sentence(change)} <RelativeTime at={change.created_at} as="ago" /> <UndoMerge change={change} />
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showEarlier}
        </Button>
      )}
    </section>
  );
}

/** For a day, the way back of a merge. */
function UndoMerge({ change: { kind, merge } }: { change: SubjectChange }) {
  const may = useMay("subjects:write");
  const undo = useUndoMerge();
  const open = kind === "merged" && merge !== null && merge.undone_at === null && Date.parse(merge.undoable_until) > now();
  if (!may || !open) return null;
  return (
    <Button
      size="compact-xs"
      variant="light"
      aria-label={words.undo(isolate(merge.merged.name))}
      loading={undo.isPending}
      onClick={() => undo.mutate(merge)}
    >
      {t.common.undo}
    </Button>
  );
}

function sentence(change: SubjectChange): string {
  const { actor, kind, merge } = change;
  const who = isolate(actor.name);
  const what = changesOf(change);
  if (kind === "undone") return words.editUndone(who, what);
  if (!merge) return (kind === "imported" ? t.subjects.changedByImport : t.subjects.changed)(who, what);
  const say = kind === "merge_undone" ? words.mergeUndone : words.merged;
  return say(who, isolate(merge.merged.name), isolate(merge.survivor.name)) + (what && words.taking(what));
}

function changesOf({ changes }: SubjectChange): string {
  const parts = Object.entries(changes as Record<string, { from: Value; to: Value }>).map(
    ([field, { from, to }]) => t.subjects.change(NAMES[field] ?? field, quoted(from), quoted(to)),
  );
  return parts.join(", ");
}

/** A text, or a person. */
type Value = string | { name: string } | null;

function quoted(value: Value): string {
  if (value === null) return t.common.nothing;
  return typeof value === "string" ? t.subjects.quoted(isolate(value)) : isolate(value.name);
}
