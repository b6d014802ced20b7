"""What can be wrong with a request about calendars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from followup_common.policy import BeyondHorizon, NeverOpen

from followup_api.calendars.schemas import Calendar
from followup_api.problems import Conflict, Invalid, NotFound, Stale


class CalendarNotFound(NotFound):
    """There is no calendar with this id."""

    def __init__(self, calendar_id: int) -> None:
        super().__init__(f"There is no calendar {calendar_id}.")
        self.calendar_id = calendar_id


class CalendarNameTaken(Conflict):
    """Another calendar in use has the name."""

    def __init__(self, name: str) -> None:
        message = f"name {name!r} belongs to another calendar: use that one, or choose another name."
        super().__init__(message, errors=[("name", message)])


class CalendarArchived(Conflict):
    """The calendar is not in use any more."""

    def __init__(self, calendar_id: int) -> None:
        super().__init__(f"Calendar {calendar_id} is archived and cannot be changed: add another one.")
        self.calendar_id = calendar_id


class CalendarInUse(Conflict):
    """Somebody counts by a calendar that is to be archived.

    Args:
        name: of the calendar.
        using: who does, in words.
    """

    def __init__(self, name: str, using: Sequence[str]) -> None:
        super().__init__(
            f"{', '.join(using)} count by the calendar “{name}”: give them another one first, or none."
        )
        self.using = using


class CalendarStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: Calendar) -> None:
        super().__init__(current.name, current, current.etag)


class CalendarNeverOpen(Invalid):
    """A calendar would have no time to work in."""

    def __init__(self, error: NeverOpen) -> None:
        super().__init__("hours", f"hours: {error}.")


class BeyondTheHorizon(Invalid):
    """What is asked for lies behind what a calendar has been worked out for."""

    def __init__(self, field: str, error: BeyondHorizon) -> None:
        super().__init__(field, f"{field}: {error}.")


class BeforeTheHorizon(Invalid):
    """What is asked for lies before what a calendar has been worked out for."""

    def __init__(self, field: str, since: datetime) -> None:
        message = f"{field}: the calendar is worked out from {since:%Y-%m-%d} on: ask for a later time."
        super().__init__(field, message)
