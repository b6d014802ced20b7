import type { PersonName } from "@/api/types";

const KEPT = /<@([1-9][0-9]{0,17})>/g;
/** What is typed behind an @, at the end of a text: a name, or the beginning of one. */
const ASKED = /(?:^|[\s(])@((?:[^\s@<>]+ ?)?[^\s@<>]*)$/u;
const WITHIN_A_WORD = /[\p{L}\p{N}]/u;

/** Whom a text that is being written mentions, by how it names them, such as "@Anna Berg". */
export type Mentioned = ReadonlyMap<string, number>;

/** A comment as it is written: names in place of ids. */
export interface Draft {
  text: string;
  mentioned: Mentioned;
}

export const EMPTY: Draft = { text: "", mentioned: new Map() };

/** A part of a comment as it is shown: words, or the name of somebody. */
export type Part = { words: string } | { name: string | undefined };

/** How a text names somebody; of two who are called the same each in another way. */
export function labelOf({ id, name }: PersonName, mentioned: Mentioned): string {
  const label = `@${name}`;
  return (mentioned.get(label) ?? id) === id ? label : `${label} (${id})`;
}

/** A comment that is kept, to be written on. */
export function draftOf(body: string, people: readonly PersonName[]): Draft {
  const mentioned = new Map<string, number>();
  const text = body.replace(KEPT, (kept, number: string) => {
    const person = people.find(({ id }) => id === Number(number));
    if (!person) return kept;
    const label = labelOf(person, mentioned);
    mentioned.set(label, person.id);
    return label;
  });
  return { text, mentioned };
}

/** What is sent: ids in place of names. */
export function bodyOf({ text, mentioned }: Draft): string {
  const labels = [...mentioned].sort(([one], [other]) => other.length - one.length);
  let body = "";
  for (let at = 0; at < text.length; ) {
    const found = labels.find(([label]) => text.startsWith(label, at) && !WITHIN_A_WORD.test(text.charAt(at + label.length)));
    body += found ? `<@${found[1]}>` : text.charAt(at);
    at += found ? found[0].length : 1;
  }
  return body.trim();
}

/** What is asked for behind an @ before the caret; null: nobody is. */
export function askedIn(text: string, caret: number): string | null {
  return ASKED.exec(text.slice(0, caret))?.[1] ?? null;
}

/** A text in which somebody is mentioned in place of what was asked for, and where the caret is then. */
export function mentioning(draft: Draft, caret: number, person: PersonName): { draft: Draft; caret: number } {
  const asked = askedIn(draft.text, caret) ?? "";
  const label = labelOf(person, draft.mentioned);
  const before = draft.text.slice(0, caret - asked.length - 1);
  const after = draft.text.slice(caret);
  const gap = /^\s/.test(after) ? "" : " ";
  return {
    draft: { text: `${before}${label}${gap}${after}`, mentioned: new Map(draft.mentioned).set(label, person.id) },
    caret: before.length + label.length + 1,
  };
}

/** A comment in parts. */
export function partsOf(body: string, people: readonly PersonName[]): Part[] {
  return body.split(KEPT).map((part, place) => (place % 2 ? { name: people.find(({ id }) => id === Number(part))?.name } : { words: part }));
}
