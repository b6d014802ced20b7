import type { FollowUp } from "@/api/types";
import { askFirst } from "@/components/askFirst";
import { isolated } from "@/components/isolated";

/** Say what reopening does before it is done. */
export function askReopen({ title }: FollowUp, go: () => void): void {
  askFirst({
    title: `Reopen “${isolated(title)}”?`,
    text:
      "Reopening starts its escalation over: if its due time has passed, its assignee is told at the next sweep, " +
      "and then those above them.",
    action: "Reopen",
    harmless: true,
    go,
  });
}
