"""What a message in Slack says of a click."""

from __future__ import annotations

from followup_api.action_links import words
from followup_api.action_links.service import Done, Reason, Refused, Stale

AGAIN = "You clicked again: nothing was done again."
STALE = {
    Reason.EXPIRED: "Its buttons work no more. Nothing was done: open it in Followup.",
    Reason.RESTARTED: "It has changed since this message. Nothing was done.",
}


def came_of(outcome: Done | Refused | Stale, before: str | None) -> str:
    """What came of a click.

    Args:
        outcome: of it.
        before: what came of the one before.
    """
    match outcome:
        case Done():
            return words.done(outcome)[1]
        case Refused(problem=problem):
            return f"Nothing was done. {problem.detail} Open it in Followup for that."
        case Stale(reason=Reason.USED):
            return AGAIN if before in (None, AGAIN) else f"{before.removesuffix(AGAIN).strip()} {AGAIN}"
        case Stale(reason=reason) if reason in STALE:
            return STALE[reason]
    return ". ".join(words.stale(outcome))
