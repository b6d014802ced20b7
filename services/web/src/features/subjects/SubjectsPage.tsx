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
import { useMe } from "@/api/session";
import { subjectsQuery } from "@/api/subjects";
import { t } from "@/i18n";
import classes from "./SubjectsPage.module.css";

type Kind = Subject["kind"] | "";

const KINDS: { value: Kind; label: string }[] = [
  { value: "", label: t.subjects.kinds.all },
  { value: "lead", label: t.subjects.kinds.lead },
  { value: "client", label: t.subjects.kinds.client },
];

const WHOSE = ["", "mine", "none"] as const;
type Whose = (typeof WHOSE)[number];

const OWNERS: { value: Whose; label: string }[] = [
  { value: "", label: t.subjects.owners.all },
  { value: "mine", label: t.subjects.owners.mine },
  { value: "none", label: t.subjects.owners.none },
];

export function Component() {
  const [parameters, change] = useParameters();
  const q = parameters.get("q") ?? "";
  const kind = KINDS.find(({ value }) => value === parameters.get("kind"))?.value ?? "";
  const whose = WHOSE.find((value) => value === parameters.get("owner")) ?? "";
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
          <SegmentedControl
            aria-label={t.subjects.whose}
            value={whose}
            onChange={(next) => change({ owner: next })}
            data={OWNERS}
          />
          <SearchField q={q} change={(next) => change({ q: next })} label={t.subjects.search} />
        </div>
      }
    >
      <Subjects q={q} kind={kind} whose={whose} change={change} />
    </Page>
  );
}

interface Props {
  q: string;
  kind: Kind;
  whose: Whose;
  change: (next: { q?: string; kind?: string; owner?: string }) => void;
}

function Subjects({ q, kind, whose, change }: Props) {
  const me = useMe();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...subjectsQuery({ q: q || undefined, kind: kind || undefined, ...ownerOf(whose, me.id) }),
    placeholderData: (old) => old,
  });
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <RowsSkeleton rows={8} />;
  const subjects = data.pages.flatMap(({ items }) => items);
  if (subjects.length === 0 && (q || kind || whose)) {
    return (
      <NothingFound
        q={q}
        clearSearch={() => change({ q: "" })}
        clearFilters={kind || whose ? () => change({ q: "", kind: "", owner: "" }) : undefined}
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

function ownerOf(whose: Whose, me: number) {
  if (whose === "mine") return { owner_id: me };
  return whose === "none" ? { has_owner: false } : {};
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
        {subject.owner && (
          <span className={classes.external}>
            <UserText>{t.subjects.ownedBy(subject.owner.name)}</UserText>
          </span>
        )}
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
