import { words } from "@/i18n/dates";
import { isDayOfYear, type Day } from "@/time/typed/days";
import { AMOUNT, amountOf, MONTH, oneOf, ORDINAL, pattern, placeOf, WEEKDAY, YEAR } from "@/time/typed/patterns";

/** What a text says, in parts: which day, what time, or how long from now. */
export interface Said {
  day: Day | null;
  /** A weekday beside a date, which has to be that of the date. */
  weekday: number | null;
  /** Minutes of the day; 1,440 is its end. */
  minutes: number | null;
  /** Milliseconds from now. */
  shift: number | null;
  workingDays: number | null;
}

/** Takes what a pattern has matched; false: here it means something else. */
interface Reader {
  matches: RegExp;
  take: (found: string[], said: Said, dayFirst: boolean) => boolean;
}

const MINUTE = 60_000;
const HOUR = 60;
const OLDEST_YEAR = 1970;
const LAST_YEAR = 2200;
/** Who says "at 3" may mean either: only from here on an hour needs no am or pm. */
const CLEAR_HOUR = 7;

const { units } = words;
const IN = oneOf(words.in);
const LATER = `(?:\\s+${oneOf(words.later)})?`;
const LENGTHS = [units.minute, units.hour, units.day, units.week, units.month, units.year];

const READERS: readonly Reader[] = [
  { matches: /(\d{4})-(\d{1,2})-(\d{1,2})(?:t(?=\d)|(?![\p{L}\d]))/uy, take: ([, year, month, day], said) => date(said, year, month, day) },
  { matches: pattern("(\\d{1,2})/(\\d{1,2})(?:/(\\d{4}|\\d{2}))?"), take: ([, one, other, year], said, dayFirst) => slashed(said, one, other, year, dayFirst) },
  { matches: pattern("(\\d{1,2})\\.\\s?(\\d{1,2})(?:\\.(?:(\\d{2})(?![\\d:.])|\\s?(\\d{4})(?![\\d:.]))?)?"), take: ([, day, month, short, long], said) => date(said, long ?? short, month, day) },
  { matches: pattern(`(\\d{1,2})(?:${ORDINAL}|\\.)?\\s*(?:${oneOf(words.fillers)}\\s+)?${MONTH}${YEAR}`), take: ([, day, month, year], said) => named(said, year, month, day) },
  { matches: pattern(`${MONTH}\\s*(\\d{1,2})(?:${ORDINAL})?(?![:\\d])${YEAR}`), take: ([, month, day, year], said) => named(said, year, month, day) },
  { matches: pattern(`(\\d{1,2})(?:[:.](\\d{2}))?\\s?(${oneOf([...words.am, ...words.pm])})`), take: ([, hour, minute, half], said) => twelveHours(said, hour, minute, half) },
  { matches: pattern("(\\d{1,2}):(\\d{2})(?::\\d{2})?"), take: ([, hour, minute], said) => clock(said, hour, minute) },
  { matches: pattern("(\\d{1,2})\\.(\\d{2})"), take: ([, hour, minute], said) => clock(said, hour, minute) },
  { matches: pattern(`(?:${IN}\\s*)?${AMOUNT}\\s*${oneOf(units.workingDay)}${LATER}`), take: ([, amount], said) => workingDays(said, amount) },
  { matches: pattern(`${oneOf(words.next)}\\s+${oneOf(units.workingDay)}`), take: (_, said) => workingDays(said, "1") },
  { matches: pattern(`(?:${IN}\\s*)?${AMOUNT}\\s*(${oneOf(LENGTHS.flat())})${LATER}`), take: ([, amount, unit], said) => length(said, amount, unit) },
  { matches: pattern(`(\\d{1,2})${oneOf(words.hourSign)}(\\d{2})?`), take: ([, hour, minute], said) => clock(said, hour, minute) },
  { matches: pattern(`${oneOf(words.at)}\\s*(\\d{1,2})(?![:.]?\\d)`), take: ([, hour], said) => Number(hour) >= CLEAR_HOUR && clock(said, hour) },
  { matches: pattern(`(${oneOf(Object.keys(words.days))})`), take: ([, name], said) => onDay(said, { kind: "offset", days: (words.days as Record<string, number>)[word(name)] ?? 0 }) },
  { matches: pattern(`(${oneOf(Object.keys(words.tonight))})`), take: ([, name], said) => onDay(said, { kind: "offset", days: 0 }) && timeNamed(said, words.tonight, name) },
  { matches: pattern(oneOf(words.endOfMonth)), take: (_, said) => onDay(said, { kind: "endOfMonth" }) },
  { matches: pattern(`${oneOf(words.next)}\\s+(${oneOf(LENGTHS.flat())})`), take: ([, unit], said) => next(said, unit) },
  { matches: pattern(`(${oneOf(words.next)}\\s+)?${WEEKDAY}`), take: ([, behind, weekday], said) => onWeekday(said, weekday, Boolean(behind)) },
  { matches: pattern(`(\\d{1,2})${ORDINAL}`), take: ([, day], said) => isDayOfYear(1, Number(day)) && onDay(said, { kind: "dayOfMonth", day: Number(day) }) },
  { matches: pattern(`(${oneOf(Object.keys(words.times))})`), take: ([, name], said) => timeNamed(said, words.times, name) },
  { matches: pattern(oneOf(words.fillers)), take: () => true },
];

/** Read a text from its beginning to its end; a text: what is not understood. */
export function read(text: string, dayFirst: boolean): Said | string {
  const said: Said = { day: null, weekday: null, minutes: null, shift: null, workingDays: null };
  const clean = text.toLowerCase().replace(/[,;]/g, " ").trimEnd();
  for (let place = 0; place < clean.length; ) {
    if (/\s/.test(clean.charAt(place))) place += 1;
    else {
      const read = readAt(clean, place, said, dayFirst);
      if (read === 0) return clean.slice(place).split(/\s/)[0] ?? "";
      place += read;
    }
  }
  return said;
}

/** How many characters are understood there. */
function readAt(text: string, place: number, said: Said, dayFirst: boolean): number {
  for (const { matches, take } of READERS) {
    matches.lastIndex = place;
    const found = matches.exec(text);
    if (found?.[0] && take([...found], said, dayFirst)) return found[0].length;
  }
  return 0;
}

type Text = string | undefined;

const word = (text: Text) => (text ?? "").replace(/\s+/g, " ");

function onDay(said: Said, day: Day): boolean {
  if (said.day !== null || said.shift !== null || said.workingDays !== null) return false;
  said.day = day;
  return true;
}

function date(said: Said, year: Text, month: Text, day: Text): boolean {
  const full = year === undefined ? null : Number(year) + (year.length === 2 ? 2000 : 0);
  if (!isDayOfYear(Number(month), Number(day))) return false;
  if (full !== null && (full < OLDEST_YEAR || full > LAST_YEAR)) return false;
  if (said.day?.kind === "weekday" && !said.day.next && said.weekday === null) {
    said.weekday = said.day.weekday;
    said.day = null;
  }
  return onDay(said, { kind: "date", year: full, month: Number(month), day: Number(day) });
}

/** "3/4": in the person's order, unless only the other gives a date. */
function slashed(said: Said, one: Text, other: Text, year: Text, dayFirst: boolean): boolean {
  const [day, month] = dayFirst ? [one, other] : [other, one];
  return date(said, year, month, day) || date(said, year, day, month);
}

function named(said: Said, year: Text, month: Text, day: Text): boolean {
  return date(said, year, String(placeOf(words.months, word(month)) + 1), day);
}

function onWeekday(said: Said, name: Text, next: boolean): boolean {
  const weekday = placeOf(words.weekdays, word(name));
  if (said.day?.kind === "nextWeek") said.day = { kind: "weekday", weekday, next: true };
  else if (said.day?.kind === "date" && said.weekday === null && !next) said.weekday = weekday;
  else return onDay(said, { kind: "weekday", weekday, next });
  return true;
}

function at(said: Said, minutes: number): boolean {
  if (said.minutes !== null || said.shift !== null) return false;
  said.minutes = minutes;
  return true;
}

function clock(said: Said, hour: Text, minute: Text = "0"): boolean {
  const minutes = Number(hour) * HOUR + Number(minute);
  return Number(minute) < HOUR && minutes <= 24 * HOUR && at(said, minutes);
}

/** 12 am is midnight, at the beginning of its day; 12 pm is noon. */
function twelveHours(said: Said, hour: Text, minute: Text, half: Text): boolean {
  const hours = Number(hour);
  if (hours < 1 || hours > 12) return false;
  return clock(said, String((hours % 12) + (words.pm.includes(word(half)) ? 12 : 0)), minute);
}

function timeNamed(said: Said, times: Record<string, string>, name: Text): boolean {
  const [hour, minute] = (times[word(name)] ?? "").split(":");
  return clock(said, hour, minute);
}

function workingDays(said: Said, amount: Text): boolean {
  const days = amountOf(word(amount));
  if (days < 1 || said.day !== null || said.shift !== null || said.workingDays !== null) return false;
  said.workingDays = days;
  return true;
}

function length(said: Said, amount: Text, unit: Text): boolean {
  const count = amountOf(word(amount));
  switch (placeOf(LENGTHS, word(unit))) {
    case 0:
      return shift(said, count * MINUTE);
    case 1:
      return shift(said, count * HOUR * MINUTE);
    case 2:
      return onDay(said, { kind: "offset", days: count });
    case 3:
      return onDay(said, { kind: "offset", days: count * 7 });
    case 4:
      return onDay(said, { kind: "months", months: count });
    default:
      return onDay(said, { kind: "months", months: count * 12 });
  }
}

/** "in 1 hour 30 min": lengths add up. */
function shift(said: Said, milliseconds: number): boolean {
  if (said.day !== null || said.minutes !== null || said.workingDays !== null) return false;
  said.shift = (said.shift ?? 0) + milliseconds;
  return true;
}

function next(said: Said, unit: Text): boolean {
  switch (placeOf(LENGTHS, word(unit))) {
    case 2:
      return onDay(said, { kind: "offset", days: 1 });
    case 3:
      if (said.day?.kind !== "weekday" || said.day.next) return onDay(said, { kind: "nextWeek" });
      said.day = { ...said.day, next: true };
      return true;
    case 4:
      return onDay(said, { kind: "nextMonth" });
    case 5:
      return onDay(said, { kind: "months", months: 12 });
    default:
      return false;
  }
}
