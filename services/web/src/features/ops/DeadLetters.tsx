import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { IconMailOff } from "@tabler/icons-react";
import { useState } from "react";
import type { DeadLetter, Page } from "@/api/types";
import { useParameters } from "@/hooks/useParameters";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { NothingFound } from "@/components/NothingFound";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { SearchField } from "@/components/SearchField";
import { BulkActions } from "@/features/ops/BulkActions";
import { DeadLetterRow } from "@/features/ops/DeadLetterRow";
import { DiscardDialog } from "@/features/ops/DiscardDialog";
import type { Discarded } from "@/features/ops/mutations";
import { deadLettersQuery, outboxQuery } from "@/features/ops/queries";
import { t } from "@/i18n";
import { words } from "@/i18n/ops";
import classes from "./DeadLetters.module.css";

/** Events that were given up: look at them, send them again once their cause is fixed, or discard them. */
export function DeadLetters() {
  const [parameters, change] = useParameters();
  const [discarded, setDiscarded] = useState<Discarded | null>(null);
  const type = parameters.get("type") ?? "";
  const q = parameters.get("q") ?? "";
  const failed = useFailed();
  const letters = useInfiniteQuery({
    ...deadLettersQuery({ type: type || undefined, q: q || undefined }),
    placeholderData: (old) => old,
  });
  // Those that a search leaves out are not shown: they are not given up unseen.
  const newest = q || letters.isPlaceholderData ? undefined : letters.data?.pages[0]?.items[0];
  return (
    <>
      <div className={classes.filters}>
        <Select
          className={classes.type}
          aria-label={words.ops.eventType}
          placeholder={words.ops.everyType}
          data={[...new Set([...failed.keys(), ...(type ? [type] : [])])]}
          value={type || null}
          onChange={(next) => change({ type: next ?? "" })}
          clearable
          clearButtonProps={{ "aria-label": words.ops.everyType }}
        />
        <SearchField q={q} change={(next) => change({ q: next })} label={words.ops.searchReasons} />
        {type && <BulkActions type={type} amount={failed.get(type) ?? 0} upTo={newest?.last_failed_at ?? null} discard={setDiscarded} />}
      </div>
      <Letters found={letters} type={type} q={q} change={change} discard={setDiscarded} />
      {discarded && <DiscardDialog target={discarded} close={() => setDiscarded(null)} />}
    </>
  );
}

interface LettersProps {
  found: UseInfiniteQueryResult<InfiniteData<Page<DeadLetter>>>;
  type: string;
  q: string;
  change: (next: { type?: string; q?: string }) => void;
  discard: (target: Discarded) => void;
}

function Letters({ found, type, q, change, discard }: LettersProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = found;
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <RowsSkeleton rows={5} height={64} />;
  const letters = data.pages.flatMap(({ items }) => items);
  if (letters.length === 0 && (type || q)) {
    return (
      <NothingFound
        q={q}
        clearSearch={() => change({ q: "" })}
        clearFilters={type ? () => change({ q: "", type: "" }) : undefined}
      />
    );
  }
  if (letters.length === 0) {
    return (
      <EmptyState
        icon={IconMailOff}
        title={words.ops.noDeadLetters}
        text={words.ops.noDeadLettersText}
      />
    );
  }
  return (
    <>
      <ul className={classes.letters} aria-label={words.ops.deadLetters}>
        {letters.map((letter) => (
          <DeadLetterRow key={letter.id} letter={letter} discard={discard} />
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

/** How many dead letters there are of each type that has any. */
function useFailed(): Map<string, number> {
  const { data } = useQuery(outboxQuery);
  const types = data?.reading.types ?? [];
  return new Map(types.filter(({ failed }) => failed > 0).map(({ type, failed }) => [type, failed]));
}
