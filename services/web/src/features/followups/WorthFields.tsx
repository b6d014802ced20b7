import { AmountInput, CurrencyInput } from "@/features/followups/FactFields";
import type { Worth } from "@/features/followups/filters";
import { t } from "@/i18n";
import classes from "./FilterBar.module.css";

interface Props {
  worth: Worth;
  change: (next: Partial<Worth>) => void;
}

/** What follow-ups are worth at least and at most, for filters. */
export function WorthFields({ worth, change }: Props) {
  return (
    <fieldset className={classes.worth}>
      <legend>{t.facts.value}</legend>
      <AmountInput label={t.facts.from} hidden value={worth.from} onChange={(from) => change({ from })} />
      <AmountInput label={t.facts.to} hidden value={worth.to} onChange={(to) => change({ to })} />
      <CurrencyInput label={t.facts.currency} hidden value={worth.currency} onChange={(currency) => change({ currency })} />
    </fieldset>
  );
}
