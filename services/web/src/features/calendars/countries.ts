import type { Calendar } from "@/api/types";
import { words } from "@/i18n/calendars";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";
import { DATE_LANGUAGES } from "@/i18n";

const names = new Intl.DisplayNames(DATE_LANGUAGES["day-month"], { type: "region", fallback: "none" });
const LETTERS = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");

/** What the browser names beside countries, such as the European Union, the United Nations and test codes. */
const NO_COUNTRIES = new Set(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"]);

/** "Germany, BE"; the code where the browser has no name for it. */
export function countryName(code: string, subdivision: string | null): string {
  const name = nameOf(code) ?? code;
  return subdivision ? `${name}, ${subdivision}` : name;
}

/** Countries to choose from, by name, the present one among them. */
export function countries(current: string): { value: string; label: string }[] {
  const codes = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
  const known = codes.filter((code) => !NO_COUNTRIES.has(code) && (code === current || nameOf(code) !== undefined));
  return known.map((value) => ({ value, label: nameOf(value) ?? value })).sort((a, b) => a.label.localeCompare(b.label));
}

function nameOf(code: string): string | undefined {
  try {
    return names.of(code);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // no code at all
    throw error;
  }
}

/** Where the days of a calendar's public holidays come from, and until when they are known. */
export function sourceOf({ holidays_until: until }: Pick<Calendar, "holidays_until">): string {
  return words.holidaySource(until === null ? null : plainDay(until, now()));
}
