"""Working time counted the plain way, day by day on local clocks: to compare the engine's arithmetic with.

It shares no code with Followup: no spans of years, no sums, no search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
Hours = tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class Office:
    """When people work somewhere.

    Attributes:
        zone: whose clocks.
        hours: of a working day, each from when to when.
        weekdays: on which they work, 0 for Monday.
        closed: days on which nobody does.
    """

    zone: str
    hours: Hours
    weekdays: frozenset[int] = frozenset(range(5))
    closed: frozenset[date] = field(default_factory=frozenset)

    def works_on(self, day: date) -> bool:
        """Whether it is a working day."""
        return day.weekday() in self.weekdays and day not in self.closed

    def local_day(self, moment: datetime) -> date:
        """The day on its clocks."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


@cache
def open_times(office: Office, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """From when to when an office is open on a day (UTC)."""
    if not office.works_on(day):
        return ()
    zone = ZoneInfo(office.zone)
    return tuple(
        tuple(datetime.combine(day, at, zone).astimezone(UTC) for at in hours)  # type: ignore[misc]
        for hours in office.hours
    )


def _from(office: Office, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every open time from a moment on, the first one cut there."""
    day = office.local_day(moment)
    while True:
        for opens, closes in open_times(office, day):
            if closes > moment:
                yield max(opens, moment), closes
        day += DAY


def after_working(office: Office, moment: datetime, length: timedelta) -> datetime:
    """When so much time has been worked: in the open time in which it is full and goes on."""
    left = length
    for opens, closes in _from(office, moment):
        if closes - opens > left:
            return opens + left
        left -= closes - opens
    raise AssertionError("an office opens again")


def after_working_days(office: Office, moment: datetime, number: int) -> datetime:
    """The same time so many working days later, or the next opening."""
    local = moment.astimezone(ZoneInfo(office.zone))
    day = local.date()
    while number:
        day += DAY
        number -= office.works_on(day)
    wanted = datetime.combine(day, local.time(), ZoneInfo(office.zone)).astimezone(UTC)
    return next(_from(office, wanted))[0]
