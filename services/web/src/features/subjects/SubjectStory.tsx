import { Button, Group, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconNotes } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { storyQuery } from "@/api/subjects";
import type { SubjectDetails } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { LogDialog, StoryEntries } from "@/features/followups";
import { t } from "@/i18n";

/** What happened to a lead or client, over all of its follow-ups; calls and notes are added here. */
export function SubjectStory({ subject }: { subject: SubjectDetails }) {
  const [logging, setLogging] = useState(false);
  const { follow_ups: followUps } = subject;
  const openFirst = [...followUps].sort((a, b) => Number(b.status === "open") - Number(a.status === "open"));
  if (followUps.length === 0) return null;
  return (
    <section aria-label={t.log.story}>
      <Group justify="space-between" mt="xl" mb="sm">
        <Title order={2}>{t.log.story}</Title>
        <Button variant="default" size="xs" leftSection={<IconNotes size={15} />} onClick={() => setLogging(true)}>
          {t.log.open}
        </Button>
      </Group>
      {logging && <LogDialog followUps={openFirst} close={() => setLogging(false)} />}
      <Story id={subject.id} />
    </section>
  );
}

function Story({ id }: { id: number }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(storyQuery(id));
  if (!data) return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <RowsSkeleton rows={3} height={44} />;
  const entries = data.pages.flatMap(({ items }) => items);
  return (
    <>
      <Suspense fallback={<RowsSkeleton rows={3} height={44} />}>
        <StoryEntries entries={entries} />
      </Suspense>
      {hasNextPage && (
        <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showEarlier}
        </Button>
      )}
    </>
  );
}
