/** The arithmetic of the charts. */

/** A round number at or above the largest value, so that the axis ends on a label. */
export function ceiling(largest: number): number {
  if (largest <= 4) return 4;
  const magnitude = 10 ** Math.floor(Math.log10(largest));
  const step = [1, 2, 4, 5, 10].find((factor) => factor * magnitude >= largest) ?? 10;
  return step * magnitude;
}

/** Points of a line over `count` places, `0..width` by `0..height`, with the origin at the top left. */
export function points(values: readonly number[], top: number, width: number, height: number): [number, number][] {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, index) => [index * step, height - (value / top) * height]);
}

export function path(line: readonly (readonly [number, number])[]): string {
  return line.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** "2 to 4 days", "8 days and more"; hours below two days. */
export function ageLabel({ from_hours: from, to_hours: to }: { from_hours: number; to_hours: number | null }): string {
  if (to === null) return `${amount(from)} ${unit(from)}+`;
  return unit(from) === unit(to) ? `${amount(from)}–${amount(to)} ${unit(to)}` : `${from}–${to} h`;
}

function unit(hours: number): string {
  return hours < 48 ? "h" : "days";
}

function amount(hours: number): number {
  return hours < 48 ? hours : Math.round(hours / 24);
}
