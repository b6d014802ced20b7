/** Of a link to a list of follow-ups: its first row gets the focus, so that keys act on it. */
export const TO_FIRST_ROW = { firstRow: true };

/** Whether the link that led here asked for it. @param state of the address */
export function leadsToFirstRow(state: unknown): boolean {
  return typeof state === "object" && state !== null && "firstRow" in state;
}
