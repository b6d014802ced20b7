import { IconCheck } from "@tabler/icons-react";
import type { FollowUp } from "@/api/types";
import { openCompletion } from "@/features/followups/completion";
import { useComplete } from "@/features/followups/mutations";
import { t } from "@/i18n";
import classes from "./CompleteButton.module.css";

/** The round box in front of an open follow-up: one click completes it; with Shift it asks what came of it. */
export function CompleteButton({ followUp }: { followUp: FollowUp }) {
  const complete = useComplete();
  return (
    <button
      type="button"
      className={classes.button}
      aria-label={t.followUps.completeNamed(followUp.title)}
      title={t.followUps.complete}
      onClick={({ shiftKey }) => (shiftKey ? openCompletion(followUp) : complete.atOnce(followUp))}
      data-complete={followUp.note_required ? "asks" : ""}
    >
      <span className={classes.circle}>
        <IconCheck size={13} stroke={3} aria-hidden />
      </span>
    </button>
  );
}
