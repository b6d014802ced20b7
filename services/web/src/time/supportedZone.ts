/** The zone in which the page shows times. Browsers differ in which zones they know: none of them may end a page. */

const known = new Map<string, boolean>();

/** Whether this browser has the rules of a zone. */
export function isSupportedZone(zone: string): boolean {
  let found = known.get(zone);
  if (found === undefined) {
    found = canShow(zone);
    known.set(zone, found);
  }
  return found;
}

/** The zone itself, or UTC where this browser does not know it. */
export function supportedZone(zone: string): string {
  return isSupportedZone(zone) ? zone : "UTC";
}

/** This browser's own zone, for somebody new; UTC where it names none that can be chosen, such as Etc/Unknown. */
export function browserZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return Intl.supportedValuesOf("timeZone").includes(zone) ? zone : "UTC";
}

function canShow(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
