/**
 * The time that counts. Due and overdue are the server's business, so a wrong clock in front of a person
 * must not change what they read: the difference is taken from the answers' Date header.
 */
let ahead = 0;

/** Differences below this are network delay and the header's whole seconds. */
const TOLERANCE_MS = 5_000;

export function noteServerTime(header: string | null): void {
  const server = header ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(server)) return;
  const difference = server - Date.now();
  ahead = Math.abs(difference) > TOLERANCE_MS ? difference : 0;
}

/** Now, in milliseconds, by the server's clock. */
export function now(): number {
  return Date.now() + ahead;
}
