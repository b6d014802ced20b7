import type { ImportResult } from "@/api/types";
import type { Kind } from "@/features/imports/imports";
import { t } from "@/i18n";

/** What an import did, in sentences that leave out what it did not do. */
export function summaryOf(kind: Kind, { created, updated, unchanged, errors, more_errors: more }: ImportResult): string {
  const amount = t.imports.amounts[kind];
  const mistakes = errors.length + more;
  const sentences = [
    created > 0 && t.imports.added(amount(created)),
    updated > 0 && t.imports.updated(amount(updated)),
    unchanged > 0 && t.imports.unchanged(unchanged, amount(unchanged)),
    mistakes > 0 && t.imports.leftOut(mistakes),
  ].filter(Boolean);
  return sentences.join(" ") || t.imports.emptyFile;
}
