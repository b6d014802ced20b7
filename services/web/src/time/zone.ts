import { supportedZone } from "@/time/supportedZone";

/**
 * Between moments (UTC) and what a wall clock shows in a person's time zone. By hand, since dayjs' time zone plug-in
 * is wrong around changes of the clock: of an hour that comes twice it takes the one that today's offset suggests,
 * and it shows times an hour late that fall into the hour which the browser's own clock jumps over.
 */

const PARTS: Intl.DateTimeFormatOptions = {
  year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
};

/** What a wall clock in the zone shows, as "2026-03-03 14:30:00". */
export function wallTime(at: string | number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { ...PARTS, timeZone: supportedZone(zone) }).formatToParts(new Date(at));
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`;
}

/**
 * The moment at which a wall clock in the zone shows a time, in UTC.
 *
 * A time that the clock jumps over (spring) counts as if it had not jumped; of a time that comes twice
 * (autumn) it is the first.
 */
export function fromWallTime(wall: string, zone: string): string {
  const asUtc = Date.parse(`${wall.replace(" ", "T")}Z`);
  const candidates = [-1, 1].map((day) => asUtc - offset(asUtc + day * 86_400_000, zone));
  const exact = candidates.filter((moment) => offset(moment, zone) === asUtc - moment);
  const moment = exact.length ? Math.min(...exact) : asUtc - offset(asUtc - 86_400_000, zone);
  return new Date(moment).toISOString().replace(".000Z", "Z");
}

/** Milliseconds that the zone's wall clock is ahead of UTC at a moment. */
function offset(moment: number, zone: string): number {
  const whole = Math.floor(moment / 1000) * 1000;
  return Date.parse(`${wallTime(whole, zone).replace(" ", "T")}Z`) - whole;
}

/** The next moment with a given local time, such as tomorrow at 09:00: `days` from today, in the zone. */
export function localTimeIn(days: number, time: string, zone: string, now: number): string {
  const today = wallTime(now, zone).slice(0, 10);
  const day = new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  return fromWallTime(`${day} ${time}:00`, zone);
}
