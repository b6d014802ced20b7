"""The weeks and the month that the team view counts, as the one who asks lives through them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from followup_api.preferences import WeekStart

WEEKS = 12
"""How many weeks a trend has, with the present one."""
FIRST_DAYS: dict[WeekStart, int] = {"monday": 0, "saturday": 5, "sunday": 6}
"""As `date.weekday` counts them."""
DAY = timedelta(days=1)


class Periods(NamedTuple):
    """What is counted up to now.

    Args:
        now: by the clock of the database.
        weeks: when each week of the trend began; the last one is the present one.
        month: when this month began.
    """

    now: datetime
    weeks: tuple[datetime, ...]
    month: datetime

    @property
    def week(self) -> datetime:
        """When this week began."""
        return self.weeks[-1]

    @property
    def ends(self) -> tuple[datetime, ...]:
        """When each week of the trend ended; for the present one, now."""
        return (*self.weeks[1:], self.now)


def periods(now: datetime, time_zone: str, week_start: WeekStart) -> Periods:
    """The weeks of the trend, and this month.

    Args:
        now: by the clock of the database.
        time_zone: whose midnights count.
        week_start: the day with which weeks begin.
    """
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    this_week = today - (today.weekday() - FIRST_DAYS[week_start]) % 7 * DAY
    weeks = (_midnight(this_week - back * 7 * DAY, zone) for back in reversed(range(WEEKS)))
    return Periods(now, tuple(weeks), _midnight(today.replace(day=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
