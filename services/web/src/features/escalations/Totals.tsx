import type { EscalationCounts } from "@/api/types";
import classes from "./Totals.module.css";

/** The numbers to see at a glance. */
export function Totals({ counts }: { counts: EscalationCounts }) {
  const { admin, manager, unroutable } = counts;
  return (
    <dl className={classes.totals}>
      <Total name="Admin escalations" hint="Critical: SLA breach, 96 h and more" amount={admin} tone={3} />
      <Total name="Manager escalations" hint="48 to 96 h overdue" amount={manager} tone={2} />
      <Total name="Not deliverable" hint="Nobody active to tell" amount={unroutable} tone={1} />
    </dl>
  );
}

function Total({ name, hint, amount, tone }: { name: string; hint: string; amount: number; tone: number }) {
  return (
    <div className={classes.total} data-tone={amount > 0 ? tone : 0}>
      <dt>{name}</dt>
      <dd>
        <span className={classes.amount}>{amount.toLocaleString("en")}</span>
        <span className={classes.hint}>{hint}</span>
      </dd>
    </div>
  );
}
