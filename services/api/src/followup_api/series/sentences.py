"""Rules of recurrence in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from followup_common.policy.hours import WEEKDAYS
from followup_common.policy.recurrence import ClosedDays, CountedFrom, Timetable
from followup_common.wording import listed

UNITS = {"day": "day", "working_day": "working day", "week": "week", "month": "month"}
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
CLOSED = {
    ClosedDays.PREVIOUS: "the working day before where it is closed",
    ClosedDays.SKIP: "left out where it is closed",
    ClosedDays.KEEP: "also where it is closed",
}


def summary(timetable: Timetable) -> str:
    """A rule as one says it: "Every 2 weeks on Monday and Thursday at 09:00, until 24 Dec 2026"."""
    return ", ".join(_parts(timetable))


def _parts(timetable: Timetable) -> Iterator[str]:
    rule = timetable.rule
    counted = " after it is done" if rule.counted_from is CountedFrom.COMPLETION else ""
    yield f"{_every(timetable)}{counted} at {timetable.at:%H:%M}"
    if rule.closed_days in CLOSED:
        yield CLOSED[rule.closed_days]
    if rule.until:
        yield f"until {_day(rule.until)}"
    if rule.count:
        yield "once" if rule.count == 1 else f"{rule.count} times"


def _every(timetable: Timetable) -> str:
    rule, start = timetable.rule, timetable.starts_on
    unit = UNITS[rule.unit]
    if rule.counted_from is CountedFrom.COMPLETION:
        return f"{rule.every} {unit}{'' if rule.every == 1 else 's'}"
    often = f"Every {unit}" if rule.every == 1 else f"Every {rule.every} {unit}s"
    if rule.unit == "week":
        days = [WEEKDAYS[each - 1] for each in rule.weekdays or (start.isoweekday(),)]
        return f"{often} on {listed(days)}"
    if rule.unit == "month" and rule.nth is not None and rule.weekday is not None:
        return f"{often} on the {NTH[rule.nth]} {WEEKDAYS[rule.weekday - 1]}"
    if rule.unit == "month":
        day = rule.day or start.day
        return f"{often} on the last day" if day == 31 else f"{often} on day {day}"
    return often


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
