import { Alert, Anchor, Button, Group, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArrowMerge, IconCalendarOff, IconExternalLink, IconListNumbers, IconPencil, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link, Navigate } from "react-router";
import type { FollowUp, SubjectDetails } from "@/api/types";
import { ContactLinks } from "@/components/ContactLinks";
import { NotFoundPage } from "@/components/NotFoundPage";
import { usePathId } from "@/hooks/usePathId";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { isolate } from "@/components/bidi";
import { later } from "@/components/later";
import { Message } from "@/components/Message";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { BulkBar, FollowUpRow, openForm, SelectionProvider, useListed, viewOf } from "@/features/followups";
import { useMay, useMe } from "@/api/session";
import { subjectQuery } from "@/api/subjects";
import { Enrolments, StartDialog } from "@/features/sequences";
import { PlannedBy } from "@/features/subjects/PlannedBy";
import { SubjectForm } from "@/features/subjects/SubjectForm";
import { SubjectStory } from "@/features/subjects/SubjectStory";
import { SubjectHistory } from "@/features/subjects/SubjectHistory";
import { t } from "@/i18n";
import { words } from "@/i18n/merging";
import { useNow } from "@/time/useNow";
import classes from "./SubjectPage.module.css";

const MergeDialog = later(() => import("@/features/subjects/MergeDialog"));

/** A lead or client: who it is, what is planned, and what was done. */
export function Component() {
  const id = usePathId();
  return id === null ? <NotFoundPage /> : <SubjectPage id={id} />;
}

function SubjectPage({ id }: { id: number }) {
  const { data, error, refetch } = useQuery(subjectQuery(id));
  const mayEdit = useMay("subjects:write");
  const [opened, setOpened] = useState<"edit" | "merge" | null>(null);
  const close = () => setOpened(null);
  if (data && data.id !== id) return <Navigate to={`/subjects/${data.id}`} replace />;
  return (
    <Page
      title={data?.name ?? t.subjects.one}
      narrow
      longTitle
      actions={
        data && (
          <Group gap="xs">
            {mayEdit && (
              <>
                <Button variant="default" leftSection={<IconArrowMerge size={16} />} onClick={() => setOpened("merge")}>
                  {words.open}
                </Button>
                <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setOpened("edit")}>
                  {t.common.edit}
                </Button>
              </>
            )}
            <Button leftSection={<IconPlus size={16} />} onClick={() => openForm({ subject: data })}>
              {t.followUps.one}
            </Button>
          </Group>
        )
      }
    >
      {opened === "edit" && data && <SubjectForm subject={data} close={close} />}
      {opened === "merge" && data && <MergeDialog subject={data} close={close} />}
      {data ? <Details subject={data} /> : error ? <ErrorState error={error} retry={() => void refetch()} /> : <RowsSkeleton />}
    </Page>
  );
}

function Details({ subject }: { subject: SubjectDetails }) {
  const open = subject.follow_ups.filter(({ status }) => status === "open");
  const [starting, setStarting] = useState(false);
  const completed = subject.follow_ups.filter(({ status }) => status === "completed");
  return (
    <SelectionProvider>
      <BulkBar />
      <p className={classes.facts}>
        <span className={classes.kind}>{t.subjectKinds[subject.kind]}</span>
        <ContactLinks subject={subject} />
        {subject.external_id && <span>{subject.external_id}</span>}
        {subject.url && (
          <Anchor href={subject.url} target="_blank" rel="noopener noreferrer" title={subject.url} size="sm">
            {t.subjects.openInCrm} <IconExternalLink size={13} aria-hidden />
          </Anchor>
        )}
        {subject.owner && <span>{t.subjects.ownedBy(isolate(subject.owner.name))}</span>}
        <span>
          <Message text={t.subjects.knownSince} parts={{ day: <RelativeTime at={subject.created_at} as="day" /> }} />
        </span>
      </p>
      <Group justify="space-between" mt="xl" mb={4}>
        <Title order={2}>{t.subjects.plannedTitle}</Title>
        <Button variant="default" size="xs" leftSection={<IconListNumbers size={15} />} onClick={() => setStarting(true)}>
          {t.subjects.startSequence}
        </Button>
      </Group>
      {starting && <StartDialog subject={subject} close={() => setStarting(false)} />}
      {open.length > 0 ? <Rows followUps={open} /> : <NothingPlanned subject={subject} />}
      {completed.length > 0 && (
        <>
          <Title order={2} mt="xl" mb={4}>
            {t.subjects.doneTitle}
          </Title>
          <Rows followUps={completed} />
        </>
      )}
      <Enrolments subject={subject.id} />
      <SubjectStory subject={subject} />
      <SubjectHistory id={subject.id} />
      <Anchor component={Link} to={`/followups?subject=${subject.id}`} size="sm" mt="lg" display="inline-block">
        {t.subjects.showInFollowUps}
      </Anchor>
    </SelectionProvider>
  );
}

function NothingPlanned({ subject }: { subject: SubjectDetails }) {
  if (subject.first_planned) {
    return (
      <Alert color="gray" title={t.subjects.colleague}>
        <Group gap="sm">
          <PlannedBy planned={subject.first_planned} />
          <Button size="compact-sm" variant="subtle" onClick={() => openForm({ subject })}>
            {t.subjects.alsoPlanOne}
          </Button>
        </Group>
      </Alert>
    );
  }
  return (
    <EmptyState
      icon={IconCalendarOff}
      title={t.subjects.notPlanned}
      text={t.subjects.notPlannedText(isolate(subject.name))}
      compact
    >
      <Button leftSection={<IconPlus size={16} />} onClick={() => openForm({ subject })}>
        {t.subjects.planOne}
      </Button>
    </EmptyState>
  );
}

function Rows({ followUps }: { followUps: readonly FollowUp[] }) {
  const { time_zone: zone } = useMe();
  const now = useNow();
  useListed(followUps);
  return (
    <ul className={classes.rows}>
      {followUps.map((followUp) => (
        <li key={followUp.id}>
          <FollowUpRow followUp={followUp} view={viewOf(followUp, zone, now)} />
        </li>
      ))}
    </ul>
  );
}
