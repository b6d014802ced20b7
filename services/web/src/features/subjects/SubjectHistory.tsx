import { Button, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { SubjectChange } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { isolate } from "@/components/bidi";
import { RelativeTime } from "@/components/RelativeTime";
import { subjectChangesQuery } from "@/api/subjects";
import { t } from "@/i18n";
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
            {sentence(change)} <RelativeTime at={change.created_at} as="ago" />
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

function sentence({ actor, kind, changes }: SubjectChange): string {
  const parts = Object.entries(changes as Record<string, { from: string | null; to: string | null }>).map(
    ([field, { from, to }]) => t.subjects.change(NAMES[field] ?? field, quoted(from), quoted(to)),
  );
  const say = kind === "imported" ? t.subjects.changedByImport : t.subjects.changed;
  return say(isolate(actor.name), parts.join(", "));
}

function quoted(value: string | null): string {
  return value === null ? t.common.nothing : t.subjects.quoted(isolate(value));
}
