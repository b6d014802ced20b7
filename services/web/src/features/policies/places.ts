interface Example {
  due_at: string;
  told: readonly { at: string }[];
  would_tell: readonly { at: string }[];
}

/** Where on a line the due time and what was told and would have been are, in percent of its length. */
export function places(example: Example): { due: number; told: number[]; wouldTell: number[] } {
  const due = Date.parse(example.due_at);
  const told = example.told.map(({ at }) => Date.parse(at));
  const wouldTell = example.would_tell.map(({ at }) => Date.parse(at));
  const all = [due, ...told, ...wouldTell];
  const first = Math.min(...all);
  const length = Math.max(...all) - first || 1;
  const place = (at: number) => (100 * (at - first)) / length;
  return { due: place(due), told: told.map(place), wouldTell: wouldTell.map(place) };
}
