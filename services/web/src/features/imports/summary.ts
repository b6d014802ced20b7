import type { ImportResult } from "@/api/types";
import type { Kind } from "@/features/imports/imports";
import { words } from "@/i18n/imports";

/** What an import did, in sentences that leave out what it did not do. */
export function summaryOf(kind: Kind, { created, updated, unchanged, errors, more_errors: more }: ImportResult): string {
  const amount = words.imports.amounts[kind];
  const mistakes = errors.length + more;
  const sentences = [
    created > 0 && words.imports.added(amount(created)),
    updated > 0 && words.imports.updated(amount(updated)),
    unchanged > 0 && words.imports.unchanged(unchanged, amount(unchanged)),
    mistakes > 0 && words.imports.leftOut(mistakes),
  ].filter(Boolean);
  return sentences.join(" ") || words.imports.emptyFile;
}
