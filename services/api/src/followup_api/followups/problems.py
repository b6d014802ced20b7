"""What can be wrong with a request about follow-ups."""

from __future__ import annotations

from collections.abc import Sequence

from followup_api.followups.policy_change_schemas import PolicyMove
from followup_api.followups.schemas import FollowUp
from followup_api.problems import Conflict, Invalid, NotFound, Stale


class FollowUpNotFound(NotFound):
    """There is none with this id, or it is out of the caller's sight."""

    def __init__(self, follow_up_id: int) -> None:
        super().__init__(f"There is no follow-up {follow_up_id} among those that you may see.")
        self.follow_up_id = follow_up_id


class FollowUpStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: FollowUp) -> None:
        super().__init__(f"Follow-up {current.id}", current, current.etag)


class CompletedAlready(Stale):
    """It is completed, and the caller wants to complete only an open one."""

    def __init__(self, current: FollowUp) -> None:
        name = f"Follow-up {current.id}"
        super().__init__(
            name,
            current,
            current.etag,
            f"{name} is completed already, and nothing was changed. Look at `current`; to say more, reopen "
            "it, or log a note.",
        )


class FollowUpNotOpen(Conflict):
    """It is completed, and the change is one that only an open follow-up takes."""

    def __init__(self, current: FollowUp, fields: Sequence[str]) -> None:
        super().__init__(
            f"Nothing was changed: follow-up {current.id} is completed. Reopen it before you change "
            f"{' and '.join(fields)}.",
            errors=[
                (field, f"{field} of a completed follow-up stays as it is: reopen it first.")
                for field in fields
            ],
        )
        self.follow_up_id = current.id


class ExternalIdTaken(Conflict):
    """Another follow-up has this external id."""

    def __init__(self, external_id: str) -> None:
        message = (
            f"external_id {external_id!r} belongs to another follow-up: change that one, or choose another."
        )
        super().__init__(message, errors=[("external_id", message)])
        self.external_id = external_id


class NotUndoable(Conflict):
    """The caller's change cannot be undone (any more)."""

    def __init__(self, follow_up_id: int, reason: str) -> None:
        super().__init__(f"Nothing was undone. {reason}")
        self.follow_up_id = follow_up_id


class NotDeleted(NotFound):
    """Nothing with this id is kept that could be restored, or it is out of the caller's sight."""

    def __init__(self, follow_up_id: int) -> None:
        super().__init__(
            f"There is no deleted follow-up {follow_up_id} among those that you may see. They are kept for "
            "30 days: `GET /api/v1/follow-ups/deleted` lists them."
        )
        self.follow_up_id = follow_up_id


class ReasonMissing(Invalid):
    """An escalated follow-up gets a new due time, and nobody says why."""

    def __init__(self, ids: Sequence[int]) -> None:
        which = f"Follow-up {ids[0]} was" if len(ids) == 1 else f"{len(ids)} of the follow-ups were"
        super().__init__(
            "reason",
            f"reason is missing: {which} escalated beyond the assignee, and a new due_at starts that over. "
            "Say in reason why, in at most 500 characters; it is kept in the history.",
        )
        self.ids = ids


class NoteMissing(Invalid):
    """Somebody completes a follow-up whose policy asks for a note, and gives none."""

    def __init__(self, ids: Sequence[int]) -> None:
        which = f"Follow-up {ids[0]} is" if len(ids) == 1 else f"{len(ids)} of the follow-ups are"
        super().__init__(
            "note",
            f"note is missing: {which} at a step whose policy asks for one. Say in note what came of it, in "
            "at most 2,000 characters; it is kept in the history.",
        )
        self.ids = ids


class PolicyWouldChange(Conflict):
    """The caller asked to be told before a change brings another policy. The answer carries which."""

    kind, title = "policy-would-change", "Another policy would apply"

    def __init__(self, moves: Sequence[PolicyMove]) -> None:
        first, number = moves[0], sum(move.follow_ups for move in moves)
        which = "it" if number == 1 else f"{number:,} of them"
        super().__init__(
            f"Nothing was changed: the change would move {which} from the policy “{first.from_.policy}” to "
            f"“{first.to.policy}”{' and others' if len(moves) > 1 else ''}. Send it again with "
            "restart_clock: true if the clock starts over, false if it goes on.",
            policies=[move.model_dump(mode="json", by_alias=True) for move in moves],
        )


class TooManyFound(Invalid):
    """The filter of a bulk action finds more than it takes."""

    def __init__(self, at_once: int) -> None:
        super().__init__(
            "filter",
            f"filter finds more than {at_once:,} follow-ups: narrow it down, such as with assignee or q.",
        )


class CountChanged(Conflict):
    """The filter of a bulk action finds more or fewer than were counted. The answer carries how many."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            f"Nothing was changed: there are {found:,} now and not {expected:,}. Look at them, count again, "
            "and send the new count as filter.expected.",
            found=found,
        )


class NotAssignable(Invalid):
    """The caller may not give follow-ups to this user."""

    def __init__(self, message: str) -> None:
        super().__init__("assignee_id", message)
