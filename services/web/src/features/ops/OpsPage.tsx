import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { Page } from "@/components/Page";
import { AuditLog } from "@/features/ops/AuditLog";
import { DeadLetters } from "@/features/ops/DeadLetters";
import { Freshness } from "@/features/ops/Freshness";
import { Overview } from "@/features/ops/Overview";
import { outboxQuery } from "@/features/ops/queries";
import { t } from "@/i18n";

/** Whether the machinery does its work, and what to do where it does not. */
export function Component() {
  const [search, setSearch] = useSearchParams();
  const tab = search.get("tab") ?? "overview";
  const { data } = useQuery(outboxQuery);
  const failed = data?.reading.failed;
  return (
    <Page
      title={t.ops.title}
      aside={<Freshness />}
      toolbar={
        <SegmentedControl
          aria-label={t.ops.show}
          value={tab}
          onChange={(next) => setSearch(next === "overview" ? {} : { tab: next })}
          data={[
            { value: "overview", label: t.ops.overview },
            { value: "dead-letters", label: failed ? t.ops.deadLetterCount(failed) : t.ops.deadLetters },
            { value: "audit-log", label: t.ops.auditLog },
          ]}
        />
      }
    >
      {tab === "dead-letters" ? <DeadLetters /> : tab === "audit-log" ? <AuditLog /> : <Overview />}
    </Page>
  );
}
