import { words } from "@/i18n/dates";

/** Pieces of the grammar's patterns, made from the table of words. */

const escaped = (word: string) => word.replace(/[.+*?^$()[\]{}|\\]/g, "\\$&").replaceAll(" ", "\\s+");

/** One of some words, longer ones first. */
export function oneOf(choices: readonly string[]): string {
  return `(?:${[...choices].sort((a, b) => b.length - a.length).map(escaped).join("|")})`;
}

/** A pattern that matches where one reads, and ends with a word. */
export function pattern(source: string): RegExp {
  return new RegExp(`${source}(?![\\p{L}\\d])`, "uy");
}

export const AMOUNT = `(\\d{1,3}|${oneOf(Object.keys(words.numbers))})`;
export const MONTH = `(${oneOf(words.months.flat())})\\.?`;
export const WEEKDAY = `(${oneOf(words.weekdays.flat())})\\.?`;
export const ORDINAL = oneOf(words.ordinals);
/** Not the hour of a time. */
export const YEAR = "(?:\\s+(\\d{4})(?![:.h]?\\d))?";

/** The number that a word or digits mean. */
export function amountOf(text: string): number {
  return (words.numbers as Record<string, number>)[text] ?? Number(text);
}

/** In which of some lists of words one is, from 0. */
export function placeOf(lists: readonly (readonly string[])[], word: string): number {
  return lists.findIndex((list) => list.includes(word));
}
