import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { Page } from "@/components/Page";
import { AuditLog } from "@/features/ops/AuditLog";
import { Deliveries } from "@/features/ops/Deliveries";
import { DeadLetters } from "@/features/ops/DeadLetters";
import { Freshness } from "@/features/ops/Freshness";
import { Overview } from "@/features/ops/Overview";
import { outboxQuery } from "@/features/ops/queries";
import { words } from "@/i18n/ops";

/** Whether the machinery does its work, and what to do where it does not. */
export function Component() {
  const [search, setSearch] = useSearchParams();
  const tab = search.get("tab") ?? "overview";
  const { data } = useQuery(outboxQuery);
  const failed = data?.reading.failed;
  return (
    <Page
      title={words.ops.title}
      aside={<Freshness />}
      toolbar={
        <SegmentedControl
          aria-label={words.ops.show}
          style={{ maxWidth: "100%", overflowX: "auto" }}
          value={tab}
          onChange={(next) => setSearch(next === "overview" ? {} : { tab: next })}
          data={[
            { value: "overview", label: words.ops.overview },
            { value: "dead-letters", label: failed ? words.ops.deadLetterCount(failed) : words.ops.deadLetters },
            { value: "deliveries", label: words.ops.deliveries },
            { value: "audit-log", label: words.ops.auditLog },
          ]}
        />
      }
    >
      {tab === "dead-letters" ? <DeadLetters /> : tab === "deliveries" ? <Deliveries /> : tab === "audit-log" ? <AuditLog /> : <Overview />}
    </Page>
  );
}
