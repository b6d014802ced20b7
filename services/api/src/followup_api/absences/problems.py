"""What can be wrong with a request about absences."""

from __future__ import annotations

from datetime import date

from followup_api.absences.schemas import Absence
from followup_api.problems import Conflict, Invalid, NotFound, Stale


class AbsenceNotFound(NotFound):
    """There is no such absence of anybody whose absences the caller may see."""

    def __init__(self, absence_id: int) -> None:
        super().__init__(f"There is no absence {absence_id} among those that you may see.")
        self.absence_id = absence_id


class NotTheirs(Invalid):
    """Whose absence it would be is not for the caller to say."""

    def __init__(self, user_id: int) -> None:
        super().__init__(
            "user_id",
            f"user_id {user_id} is nobody whose absences you may plan: those are your own, and those "
            "of everyone below you.",
        )


class SubstituteUnfit(Invalid):
    """The substitute cannot stand in for that person."""

    def __init__(self, message: str) -> None:
        super().__init__("substitute_id", f"substitute_id {message}")


class AlreadyOver(Invalid):
    """The last day lies before today."""

    def __init__(self, today: date, field: str = "to") -> None:
        super().__init__(
            field, f"{field} is over: use a day from {today} on, which is today in their time zone."
        )


class AlreadyBegun(Invalid):
    """They are away now, and what they missed is summed up when they are back: it does not begin later."""

    def __init__(self) -> None:
        said = "from is after today, and this absence has begun: end it, and plan another one."
        super().__init__("from", said)


class AbsencesOverlap(Conflict):
    """The same person is away on some of these days already."""

    def __init__(self) -> None:
        message = "from and to overlap another absence of this person: change that one, or choose other days."
        super().__init__(message, errors=[("from", message), ("to", message)])


class AbsenceOver(Conflict):
    """It is in the past, and stays as it was."""

    def __init__(self, absence_id: int) -> None:
        super().__init__(f"Absence {absence_id} is over: it stays as it was. Plan another one.")
        self.absence_id = absence_id


class AbsenceStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: Absence) -> None:
        super().__init__(f"Absence {current.id}", current, current.etag)
