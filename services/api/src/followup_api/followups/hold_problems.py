"""What can be wrong with holding a follow-up."""

from __future__ import annotations

from followup_api.problems import Conflict, NotFound


class HoldRefused(Conflict):
    """It cannot be held like that, or not any more."""

    def __init__(self, follow_up_id: int, reason: str) -> None:
        super().__init__(f"Nothing was changed. {reason}")
        self.follow_up_id = follow_up_id


class HoldNotFound(NotFound):
    """The follow-up has no hold with this id."""

    def __init__(self, follow_up_id: int, hold_id: int) -> None:
        super().__init__(f"Follow-up {follow_up_id} has no hold {hold_id}: see `holds` of the follow-up.")
        self.follow_up_id, self.hold_id = follow_up_id, hold_id


class HoldOfAnother(Conflict):
    """A snooze or an acknowledgement is for its person to end."""

    def __init__(self, follow_up_id: int, hold_id: int) -> None:
        super().__init__(f"Nothing was changed. Hold {hold_id} is somebody else's: only they can end it.")
        self.follow_up_id, self.hold_id = follow_up_id, hold_id
