/** Something that the palette leads to or does. */
export interface Item {
  key: string;
  group: Group;
  label: string;
  /** What else tells it from others, in small. */
  hint?: string | undefined;
  run: () => void;
}

export type Group = "actions" | "pages" | "views" | "subjects" | "followUps" | "people";

/** Found by the API, and so only after an answer. */
const SEARCHED: readonly Group[] = ["subjects", "followUps", "people"];

/**
 * What is shown for a text: first pages and actions that begin with it, then what was found, then pages and actions
 * with a word of it.
 *
 * @param own pages and actions, all of them
 * @param found what matches already
 */
export function matching(q: string, own: readonly Item[], found: readonly Item[]): Item[] {
  const text = q.trim().toLowerCase();
  if (text === "") return [...own];
  const begins = own.filter(({ label }) => label.toLowerCase().startsWith(text));
  const within = own.filter((item) => !begins.includes(item) && hasWords(item.label, text));
  const ordered = SEARCHED.flatMap((group) => found.filter((item) => item.group === group));
  return [...begins, ...ordered, ...within];
}

/** Whether each word of a text begins a word of a label. */
export function hasWords(label: string, text: string): boolean {
  const words = label.toLowerCase().split(/[\s&/-]+/);
  return text.toLowerCase().split(/\s+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
}

/** Items in runs of one group each, as they are drawn. */
export function grouped(items: readonly Item[]): { group: Group; items: Item[] }[] {
  const runs: { group: Group; items: Item[] }[] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last?.group === item.group) last.items.push(item);
    else runs.push({ group: item.group, items: [item] });
  }
  return runs;
}
