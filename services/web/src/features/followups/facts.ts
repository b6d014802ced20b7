import type { FollowUp, FollowUpCreate, Priority } from "@/api/types";

/** What a follow-up is beside its text, as forms hold it and as the API takes it. */

export const PRIORITIES: readonly Priority[] = ["low", "normal", "high"];
export const MOST_TAGS = 20;
export const TAG_LENGTH = 50;
export const CODE_LENGTH = 3;

/** Those that are offered; others can be typed. */
export const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "JPY", "CNY", "INR", "CAD", "AUD"];

/** An amount while it is typed, "" for none, and its currency. */
export interface Money {
  amount: string;
  currency: string;
}

const CURRENCY_KEY = "followup-currency";

/** No amount yet, in the currency that was used last. */
export function noMoney(): Money {
  return { amount: "", currency: localStorage.getItem(CURRENCY_KEY) ?? "EUR" };
}

export function rememberCurrency(currency: string): void {
  localStorage.setItem(CURRENCY_KEY, currency);
}

export function moneyOf(value: FollowUp["value"]): Money {
  return value ? { amount: value.amount, currency: value.currency } : noMoney();
}

/** A value as the API takes it; null: none. */
export function valueBody({ amount, currency }: Money): FollowUpCreate["value"] {
  return amount.trim() === "" ? null : { amount: Number(amount).toFixed(2), currency: currency.trim() };
}

export function sameMoney(a: Money, b: Money): boolean {
  const [one, other] = [valueBody(a), valueBody(b)];
  return one?.amount === other?.amount && (!one || one.currency === other?.currency);
}

/** Tags as the API keeps them: in lower case, each once and in order. */
export function tagsBody(tags: readonly string[]): string[] {
  return [...new Set(tags.flatMap((tag) => tag.split(/[,;]/)).map((tag) => tag.trim().toLowerCase()).filter(Boolean))].sort();
}

export function sameTags(a: readonly string[], b: readonly string[]): boolean {
  return tagsBody(a).join() === tagsBody(b).join();
}
