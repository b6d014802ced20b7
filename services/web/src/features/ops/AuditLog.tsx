import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconHistory } from "@tabler/icons-react";
import type { AuditEntry } from "@/api/types";
import { useParameters } from "@/hooks/useParameters";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { NothingFound } from "@/components/NothingFound";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { detailsOf } from "@/features/ops/auditDetails";
import { apiFilters, EVERYTHING, filtersIn } from "@/features/ops/auditFilters";
import { AuditFilterBar } from "@/features/ops/AuditFilterBar";
import { auditLogQuery } from "@/features/ops/queries";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import { words } from "@/i18n/ops";
import classes from "./AuditLog.module.css";

/** Who did what, newest first; log-ins only when asked for. */
export function AuditLog() {
  const [parameters, change] = useParameters();
  const filters = filtersIn(parameters);
  return (
    <>
      <AuditFilterBar filters={filters} change={change} />
      <Entries filters={filters} clear={() => change(EVERYTHING)} />
    </>
  );
}

function Entries({ filters, clear }: { filters: ReturnType<typeof filtersIn>; clear: () => void }) {
  const { time_zone: zone } = useMe();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...auditLogQuery(apiFilters(filters, zone)),
    placeholderData: (old) => old,
  });
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <RowsSkeleton rows={8} />;
  const entries = data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) {
    const { kind, person, from, to } = filters;
    if (kind === "all" && !person && !from && !to) return <EmptyState icon={IconHistory} title={words.ops.nobodyDid} />;
    return <NothingFound clearFilters={clear} />;
  }
  return (
    <>
      <ul className={classes.entries} aria-label={words.ops.auditLog}>
        {entries.map((entry) => (
          <AuditLogItem key={entry.id} entry={entry} />
        ))}
      </ul>
      {hasNextPage && (
        <Button mt="md" variant="default" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.common.showEarlier}
        </Button>
      )}
    </>
  );
}

function AuditLogItem({ entry }: { entry: AuditEntry }) {
  const { at, summary, address, action, target, request_id: request, details } = entry;
  const facts = [
    [words.ops.facts.action, action],
    [words.ops.facts.target, target],
    [words.ops.facts.request, request],
    [words.ops.facts.details, detailsOf(details)],
  ].filter(([, value]) => value);
  return (
    <li className={classes.entry}>
      <span className={classes.said}>{summary}</span>
      <span className={classes.at}>
        <RelativeTime at={at} as="calendar" />
        {address && <span>{words.ops.fromAddress(address)}</span>}
      </span>
      <details className={classes.details}>
        <summary>{words.ops.details}</summary>
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}
