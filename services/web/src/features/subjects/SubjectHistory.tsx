import { Button, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { SubjectChange } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { isolate } from "@/components/bidi";
import { RelativeTime } from "@/components/RelativeTime";
import { subjectChangesQuery } from "@/api/subjects";
import classes from "./SubjectPage.module.css";

const NAMES: Record<string, string> = { name: "name", external_id: "id in the CRM", url: "link" };

/** What was changed about a lead or client; nothing where nothing was. */
export function SubjectHistory({ id }: { id: number }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    subjectChangesQuery(id),
  );
  const changes = data?.pages.flatMap(({ items }) => items) ?? [];
  if (error) return <ErrorState error={error} retry={() => void refetch()} compact />;
  if (changes.length === 0) return null;
  return (
    <section aria-label="Changes">
      <Title order={2} mt="xl" mb={4}>
        Changes
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
          Show earlier
        </Button>
      )}
    </section>
  );
}

function sentence({ actor, kind, changes }: SubjectChange): string {
  const said = Object.entries(changes as Record<string, { from: string | null; to: string | null }>).map(
    ([field, { from, to }]) => `the ${NAMES[field] ?? field} from ${quoted(from)} to ${quoted(to)}`,
  );
  return `${isolate(actor.name)} changed ${said.join(", ")}${kind === "imported" ? " by an import" : ""}`;
}

function quoted(value: string | null): string {
  return value === null ? "nothing" : `“${isolate(value)}”`;
}
