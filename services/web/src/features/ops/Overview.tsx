import type { ReactNode } from "react";
import { OutboxCounts } from "@/features/ops/OutboxCounts";
import { QueueCards } from "@/features/ops/QueueCards";
import { RecentSweeps } from "@/features/ops/RecentSweeps";
import { SelfAuditFindings } from "@/features/ops/SelfAuditFindings";
import { words } from "@/i18n/ops";
import classes from "./Overview.module.css";

export function Overview() {
  return (
    <div className={classes.overview}>
      <Section title={words.ops.selfAudit}>
        <SelfAuditFindings />
      </Section>
      <Section title={words.ops.queues}>
        <QueueCards />
      </Section>
      <div className={classes.columns}>
        <Section title={words.ops.outbox}>
          <OutboxCounts />
        </Section>
        <Section title={words.ops.recentSweeps}>
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
