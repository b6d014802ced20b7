import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconAddressBook, IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Subject } from "@/api/types";
import { useParameters } from "@/hooks/useParameters";
import { Badge } from "@/components/Badge";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { UserText } from "@/components/UserText";
import { NothingFound } from "@/components/NothingFound";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { SubjectIcon } from "@/components/SubjectLink";
import { PlannedBy } from "@/features/subjects/PlannedBy";
import { SearchField } from "@/components/SearchField";
import { openForm } from "@/features/followups";
import { subjectsQuery } from "@/api/subjects";
import { t } from "@/i18n";
import classes from "./SubjectsPage.module.css";

type Kind = Subject["kind"] | "";

const KINDS: { value: Kind; label: string }[] = [
  { value: "", label: t.subjects.kinds.all },
  { value: "lead", label: t.subjects.kinds.lead },
  { value: "client", label: t.subjects.kinds.client },
];

export function Component() {
  const [parameters, change] = useParameters();
  const q = parameters.get("q") ?? "";
  const kind = KINDS.find(({ value }) => value === parameters.get("kind"))?.value ?? "";
  return (
    <Page
      title={t.subjects.title}
      narrow
      toolbar={
        <div className={classes.toolbar}>
          <SegmentedControl
            aria-label={t.subjects.kind}
            value={kind}
            onChange={(next) => change({ kind: next })}
            data={KINDS}
          />
          <SearchField q={q} change={(next) => change({ q: next })} label={t.subjects.search} />
        </div>
      }
    >
      <Subjects q={q} kind={kind} change={change} />
    </Page>
  );
}

interface Props {
  q: string;
  kind: Kind;
  change: (next: { q?: string; kind?: string }) => void;
}

function Subjects({ q, kind, change }: Props) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...subjectsQuery({ q: q || undefined, kind: kind || undefined }),
    placeholderData: (old) => old,
  });
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <RowsSkeleton rows={8} />;
  const subjects = data.pages.flatMap(({ items }) => items);
  if (subjects.length === 0 && (q || kind)) {
    return (
      <NothingFound
        q={q}
        clearSearch={() => change({ q: "" })}
        clearFilters={kind ? () => change({ q: "", kind: "" }) : undefined}
      />
    );
  }
  if (subjects.length === 0) {
    return (
      <EmptyState
        icon={IconAddressBook}
        title={t.subjects.none}
        text={t.subjects.noneText}
      >
        <Button onClick={() => openForm({})}>{t.followUps.plan}</Button>
      </EmptyState>
    );
  }
  return (
    <>
      <ul className={classes.list}>
        {subjects.map((subject) => (
          <Row key={subject.id} subject={subject} />
        ))}
      </ul>
      {hasNextPage && (
        <Button mt="md" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showMore}
        </Button>
      )}
    </>
  );
}

function Row({ subject }: { subject: Subject }) {
  const { id, kind, name, external_id: externalId, open, overdue, first_planned: planned } = subject;
  return (
    <li className={classes.row} data-row={`subject-${id}`}>
      <span className={classes.icon}>
        <SubjectIcon kind={kind} size={17} />
      </span>
      <span className={classes.name}>
        <Link to={`/subjects/${id}`} className="quiet" data-title>
          <UserText>{name}</UserText>
        </Link>
        <span className={classes.external}>{externalId}</span>
      </span>
      {overdue > 0 && <Badge className={classes.overdue} tone="alarm">{t.subjects.overdue(overdue)}</Badge>}
      {open > overdue && <Badge className={classes.planned}>{t.subjects.planned(open - overdue)}</Badge>}
      {open === 0 && planned && <PlannedBy planned={planned} />}
      {open === 0 && (
        <Button
          size="compact-sm"
          variant={planned ? "subtle" : "light"}
          leftSection={<IconPlus size={14} />}
          onClick={() => openForm({ subject })}
          aria-label={planned ? t.subjects.alsoPlanNamed(name) : t.subjects.planNamed(name)}
        >
          {planned ? t.subjects.alsoPlan : t.subjects.plan}
        </Button>
      )}
    </li>
  );
}
