/** Names of time zones to choose from, the current one among them whether or not the browser knows it. */
export function zones(current: string): string[] {
  return [...new Set(["UTC", current, ...Intl.supportedValuesOf("timeZone")])];
}
