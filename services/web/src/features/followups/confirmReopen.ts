import type { FollowUp } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { isolate } from "@/components/bidi";

/** Say what reopening does before it is done. */
export function confirmReopen({ title }: FollowUp, go: () => void): void {
  openConfirmDialog({
    title: `Reopen “${isolate(title)}”?`,
    text:
      "Reopening starts its escalation over: if its due time has passed, its assignee is told at the next sweep, " +
      "and then those above them.",
    action: "Reopen",
    harmless: true,
    go,
  });
}
