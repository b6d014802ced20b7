import type { ImportResult } from "@/api/types";
import type { Kind } from "@/features/imports/imports";

const WHAT: Record<Kind, [one: string, many: string]> = {
  "follow-ups": ["follow-up", "follow-ups"],
  users: ["person", "people"],
};

/** What an import did, in sentences that leave out what it did not do. */
export function summaryOf(kind: Kind, { created, updated, unchanged, errors, more_errors: more }: ImportResult): string {
  const [one, many] = WHAT[kind];
  const amount = (number: number) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
  const mistakes = errors.length + more;
  const said = [
    created > 0 && `Added ${amount(created)}.`,
    updated > 0 && `Updated ${amount(updated)}.`,
    unchanged > 0 && `${amount(unchanged)} ${unchanged === 1 ? "was" : "were"} already as in the file.`,
    mistakes === 1 && "1 mistake: its line was left out.",
    mistakes > 1 && `${mistakes.toLocaleString("en")} mistakes: their lines were left out.`,
  ].filter(Boolean);
  return said.join(" ") || "Nothing was in the file.";
}
