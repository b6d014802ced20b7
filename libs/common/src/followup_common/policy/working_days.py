"""Working days: from a time of one day to the same time of another."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime
from itertools import accumulate, pairwise
from typing import NamedTuple

from followup_common.policy.hours import DAY, WorkingHours, first_shown


class OutOfSight(Exception):
    """A working day that is not among those that are known.

    Attributes:
        later: it comes after them; else before.
    """

    def __init__(self, *, later: bool) -> None:
        super().__init__("after the last working day" if later else "before the first working day")
        self.later = later


class Shifted(NamedTuple):
    """A working day, by when it begins and ends, and an instant of it."""

    begins: datetime
    ends: datetime
    instant: datetime


class WorkingDays:
    """The days of a calendar from a first to a last one.

    On most days clocks are not changed: then the time of day is how long ago midnight was, and finding it
    needs no zone.
    """

    def __init__(self, hours: WorkingHours, first: date, last: date) -> None:
        days = [first + DAY * number for number in range((last - first).days + 2)]
        open_days = set(hours.working_days(first, last))
        self._zone = hours.zone
        self._dates = days
        self._midnights = [hours.midnight(day) for day in days]
        self._plain = [ends - begins == DAY for begins, ends in pairwise(self._midnights)]
        self._working = [number for number, day in enumerate(days) if day in open_days]
        self._before = [*accumulate((day in open_days for day in days), initial=0)]

    def between(self, since: datetime, until: datetime) -> int:
        """How many working days begin after the day of an instant (UTC) and not after that of another."""
        first, last = (bisect_right(self._midnights, instant) for instant in (since, until))
        return self._before[last] - self._before[first]

    def shifted(self, since: datetime, days: int) -> Shifted:
        """The same local time on the nth working day after the day of an instant.

        A time that a clock change skips is when clocks are set forward; of one that they show twice it is the
        first.

        Args:
            since: the instant (UTC); not after the last day.
            days: how many; negative: before. Not 0.

        Raises:
            OutOfSight: there are not so many.
        """
        today = bisect_right(self._midnights, since) - 1
        begun = self._before[today + 1] if days > 0 else self._before[max(today, 0)]
        number = begun + days - (days > 0)
        if number >= len(self._working):
            raise OutOfSight(later=True)
        if number < 0:
            raise OutOfSight(later=False)
        day = self._working[number]
        begins = self._midnights[day]
        if today >= 0 and self._plain[today] and self._plain[day]:
            instant = begins + (since - self._midnights[today])
        else:
            at = since.astimezone(self._zone).time()
            instant = first_shown(self._zone, self._dates[day], at)
        return Shifted(begins, self._midnights[day + 1], instant)
