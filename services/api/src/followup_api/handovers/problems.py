"""What can be wrong with handing work over."""

from __future__ import annotations

from followup_api.problems import Conflict, Invalid, NotFound


class HandOverNotFound(NotFound):
    """There is no such hand-over of anybody whose follow-ups the caller may see."""

    def __init__(self, hand_over_id: int) -> None:
        super().__init__(f"There is no hand-over {hand_over_id} among those that you may see.")
        self.hand_over_id = hand_over_id


class WorkCounted(Conflict):
    """There is more or less open work than was counted. The answer carries how much."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            f"Nothing was handed over: there are {found:,} now and not {expected:,}. Count again with "
            "dry_run, and send the new count as expected.",
            found=found,
        )


class NotCounted(Invalid):
    """Nobody has said how many are to go over."""

    def __init__(self) -> None:
        super().__init__("expected", "expected is missing: count with dry_run first, and send the count.")


class SamePerson(Invalid):
    """The work would go to whom it is from."""

    def __init__(self) -> None:
        super().__init__("to", "to is the person whose work it is: choose somebody else.")


class HandOverOver(Conflict):
    """It cannot be undone (any more)."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Nothing was undone. {why}")
