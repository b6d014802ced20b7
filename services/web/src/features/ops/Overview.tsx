import type { ReactNode } from "react";
import { OutboxCounts } from "@/features/ops/OutboxCounts";
import { QueueCards } from "@/features/ops/QueueCards";
import { RecentSweeps } from "@/features/ops/RecentSweeps";
import { SelfAuditFindings } from "@/features/ops/SelfAuditFindings";
import { t } from "@/i18n";
import classes from "./Overview.module.css";

export function Overview() {
  return (
    <div className={classes.overview}>
      <Section title={t.ops.selfAudit}>
        <SelfAuditFindings />
      </Section>
      <Section title={t.ops.queues}>
        <QueueCards />
      </Section>
      <div className={classes.columns}>
        <Section title={t.ops.outbox}>
          <OutboxCounts />
        </Section>
        <Section title={t.ops.recentSweeps}>
          <RecentSweeps />
        </Section>
      </div>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className={classes.title}>{title}</h2>
      {children}
    </section>
  );
}
