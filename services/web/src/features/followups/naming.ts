import type { FollowUp } from "@/api/types";
import { isolate } from "@/components/bidi";
import { t } from "@/i18n";

export type Named = Pick<FollowUp, "title"> & { subject?: { name: string } | null | undefined };

/** How a message names a follow-up: by its title, and whom it is about. */
export function nameOf({ title, subject }: Named): string {
  return subject ? t.changes.namedOf(isolate(title), isolate(subject.name)) : t.changes.named(isolate(title));
}
