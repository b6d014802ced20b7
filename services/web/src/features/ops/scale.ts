/** The arithmetic of the sparklines. */

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
