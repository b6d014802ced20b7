"""What can be wrong with a request about sequences that were started."""

from __future__ import annotations

from followup_api.enrolments.schemas import Enrolment
from followup_api.problems import Conflict, Invalid, NotFound, Stale
from followup_api.visible import isolated


class EnrolmentNotFound(NotFound):
    """There is none with this id, or it is out of the caller's sight."""

    def __init__(self, enrolment_id: int) -> None:
        super().__init__(f"There is no enrolment {enrolment_id} among those that you may see.")
        self.enrolment_id = enrolment_id


class EnrolmentNotYours(NotFound):
    """The caller sees a follow-up of it, and what it plans is somebody else's."""

    def __init__(self, current: Enrolment) -> None:
        super().__init__(
            f"What this sequence plans is {isolated(current.assignee.name)}'s: ask them, or their manager, "
            "to stop it."
        )


class EnrolmentStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: Enrolment) -> None:
        super().__init__(current.name, current, current.etag)


class GoesOnAlready(Conflict):
    """The same sequence goes on for the same lead or client."""

    def __init__(self, name: str, subject: str) -> None:
        message = (
            f"sequence_id: {isolated(name)} goes on for {isolated(subject)} already: wait until it ends, "
            "or let whose it is, or their manager, stop it."
        )
        super().__init__(message, errors=[("sequence_id", message)])


class MergedMeanwhile(Conflict):
    """The lead or client was merged into another one while the sequence was being started."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{isolated(name)} was merged into another one just now: start it again, on that one."
        )


class TooFarAhead(Invalid):
    """A step of it comes after the last day of the assignee's calendar."""

    def __init__(self, step: int, why: str) -> None:
        super().__init__("sequence_id", f"sequence_id: its steps.{step}.offset lies too far ahead: {why}.")
