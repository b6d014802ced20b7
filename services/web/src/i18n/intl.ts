/** Numbers and plurals as the page's language has them. */
const LANGUAGE = "en";

/** The variants of the language whose dates have the day before the month, or behind it. */
export const DATE_LANGUAGES = { "day-month": "en-GB", "month-day": "en-US" } as const;

const numbers = new Intl.NumberFormat(LANGUAGE);
const plurals = new Intl.PluralRules(LANGUAGE);

/** "1,234". @param digits behind the point, exactly so many */
export function number(amount: number, digits?: number): string {
  if (digits === undefined) return numbers.format(amount);
  return new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
}

/** "1,000", or "1,000+" where there may be more. */
export function atLeast(amount: number, more: boolean | undefined): string {
  return more ? `${number(amount)}+` : number(amount);
}

/** "EUR 1,200" or "EUR 1,200.50". @param amount as the API writes it, such as "1200.00" */
export function money(amount: string, currency: string): string {
  const digits = amount.endsWith(".00") || !amount.includes(".") ? 0 : 2;
  return `${currency} ${number(Number(amount), digits)}`;
}

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** The form for an amount, as the language's plural rules choose it; `#` is the amount. */
export function plural(amount: number, forms: Forms): string {
  return (forms[plurals.select(amount)] ?? forms.other).replace("#", number(amount));
}
