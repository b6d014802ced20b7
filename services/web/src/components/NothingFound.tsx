import { Button } from "@mantine/core";
import { IconFilterOff, IconSearchOff } from "@tabler/icons-react";
import { EmptyState } from "@/components/EmptyState";
import { isolate } from "@/components/bidi";
import { t } from "@/i18n";

interface Props {
  /** What was searched for; may be empty. */
  q?: string;
  clearSearch?: () => void;
  /** Takes all filters away, the search as well; only where there are others. */
  clearFilters?: (() => void) | undefined;
  compact?: boolean;
}

/** Why a search or filters show nothing, with the way back to everything. */
export function NothingFound({ q, clearSearch, clearFilters, compact }: Props) {
  return (
    <EmptyState
      icon={IconSearchOff}
      title={q ? t.search.nothingFor(isolate(q)) : t.search.nothing}
      text={clearFilters ? t.search.noneOfFilters : t.search.shorter}
      {...(compact && { compact })}
    >
      {q && clearSearch && (
        <Button variant="default" size="xs" onClick={clearSearch}>
          {t.search.clear}
        </Button>
      )}
      {clearFilters && (
        <Button variant="default" size="xs" leftSection={<IconFilterOff size={14} />} onClick={clearFilters}>
          {t.search.clearFilters}
        </Button>
      )}
    </EmptyState>
  );
}
