import type { FollowUp } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { isolate } from "@/components/bidi";
import { t } from "@/i18n";

/** Say what reopening does before it is done. */
export function confirmReopen({ title }: FollowUp, onConfirm: () => void): void {
  openConfirmDialog({
    title: t.changes.askReopen(isolate(title)),
    text: t.changes.askReopenText,
    confirmLabel: t.followUps.reopen,
    harmless: true,
    onConfirm,
  });
}
