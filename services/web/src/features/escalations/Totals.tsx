import type { EscalationCounts } from "@/api/types";
import { number, t } from "@/i18n";
import classes from "./Totals.module.css";

/** The numbers to see at a glance. */
export function Totals({ counts }: { counts: EscalationCounts }) {
  const { admin, manager, unroutable } = counts;
  return (
    <dl className={classes.totals}>
      <Total name={t.escalations.levels.admin.title} hint={t.escalations.adminHint} amount={admin} tone={3} />
      <Total name={t.escalations.levels.manager.title} hint={t.escalations.levels.manager.hint} amount={manager} tone={2} />
      <Total name={t.escalations.unroutable} hint={t.escalations.unroutableHint} amount={unroutable} tone={1} />
    </dl>
  );
}

function Total({ name, hint, amount, tone }: { name: string; hint: string; amount: number; tone: number }) {
  return (
    <div className={classes.total} data-tone={amount > 0 ? tone : 0}>
      <dt>{name}</dt>
      <dd>
        <span className={classes.amount}>{number(amount)}</span>
        <span className={classes.hint}>{hint}</span>
      </dd>
    </div>
  );
}
