import type { EscalationCounts } from "@/api/types";
import { Help } from "@/components/Help";
import { atLeast, t } from "@/i18n";
import { words } from "@/i18n/help";
import classes from "./Totals.module.css";

/** The numbers to see at a glance. */
export function Totals({ counts }: { counts: EscalationCounts }) {
  const { admin, manager, unroutable, at_least: more } = counts;
  return (
    <dl className={classes.totals}>
      <Total name={t.escalations.levels.admin.title} hint={t.escalations.adminHint} help={words.breach} amount={admin} more={more} tone={3} />
      <Total name={t.escalations.levels.manager.title} hint={t.escalations.levels.manager.hint} help={words.manager} amount={manager} more={more} tone={2} />
      <Total name={t.escalations.unroutable} hint={t.escalations.unroutableHint} help={words.unroutable} amount={unroutable} tone={1} />
    </dl>
  );
}

interface TotalProps {
  name: string;
  hint: string;
  /** What the name means. */
  help: string;
  amount: number;
  /** Whether there may be more. */
  more?: boolean;
  tone: number;
}

function Total({ name, hint, help, amount, more, tone }: TotalProps) {
  return (
    <div className={classes.total} data-tone={amount > 0 ? tone : 0}>
      <dt>
        <span>{name}</span>
        <Help of={name}>{help}</Help>
      </dt>
      <dd>
        <span className={classes.amount}>{atLeast(amount, more)}</span>
        <span className={classes.hint}>{hint}</span>
      </dd>
    </div>
  );
}
