"""Due times that people choose by a name, such as tomorrow: they come within working hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from followup_common.policy.calendar import NONE, Calendar
from followup_common.policy.hours import DAY, first_shown

MORNING = time(9)
"""When a day's work begins for whom nine is an open hour, or who has no calendar."""
MONDAY = 0


class Preset(StrEnum):
    """When the next follow-up is due."""

    TOMORROW = "tomorrow"
    MONDAY = "monday"
    IN_3_WORKING_DAYS = "in_3_working_days"
    IN_A_WEEK = "in_a_week"
    IN_A_MONTH = "in_a_month"


def due(preset: Preset, calendar: Calendar, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant that a preset means.

    It is nine o'clock of a person's own day; where that is closed, the next opening of that day, else its
    first; where the whole day is closed, that of the next open day.

    Args:
        preset: which.
        calendar: of the person whose follow-up it will be.
        zone: on whose clock they read the time.
        now: PostgreSQL's clock (aware).

    Raises:
        BeyondHorizon: the calendar has not been worked out so far.
    """
    today = now.astimezone(zone).date()
    match preset:
        case Preset.TOMORROW:
            wanted = today + DAY
        case Preset.MONDAY:
            wanted = today + DAY * (7 - (today.weekday() - MONDAY))
        case Preset.IN_3_WORKING_DAYS:
            return after_working_days(3, calendar, zone, now)
        case Preset.IN_A_WEEK:
            wanted = today + 7 * DAY
        case Preset.IN_A_MONTH:
            wanted = a_month_after(today)
    return on_first_open_day(wanted, calendar, zone)


def after_working_days(days: int, calendar: Calendar, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant that "in so many working days" means: nine o'clock of that day, or when it opens.

    Args:
        days: at least 1.
        calendar, zone, now: as for `due`.

    Raises:
        BeyondHorizon: the calendar has not been worked out so far.
    """
    wanted = calendar.add_days(now.astimezone(UTC), days).astimezone(zone).date()
    return on_first_open_day(wanted, calendar, zone)


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last day where it has no such day."""
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - DAY
    return min(first + DAY * (day.day - 1), last)


def on_first_open_day(day: date, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """When work begins on the first open day from a day on."""
    morning = first_shown(zone, day, MORNING)
    after, before = calendar.at(morning, NONE), calendar.at(first_shown(zone, day, time()), NONE)
    for opens in (after, before):
        if opens.astimezone(zone).date() == day:
            return opens
    return on_first_open_day(after.astimezone(zone).date(), calendar, zone)
