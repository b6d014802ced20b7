"""Dates of recurring follow-ups by libraries that the product does not use: dateutil and NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice, takewhile
from typing import Any

import numpy as np
from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MO, MONTHLY, WEEKLY, rrule, weekday
from dateutil.tz import datetime_exists, gettz
from followup_common.policy.recurrence import Recurrence, Timetable

BOUND = date(2250, 1, 1)
"""What comes later is not looked at: some rules never come."""
ROLLS = {"next": "forward", "previous": "backward"}


@dataclass(frozen=True)
class Office:
    """Working days as NumPy has them."""

    weekmask: str = "1111111"
    holidays: tuple[str, ...] = ()

    def is_open(self, day: date) -> bool:
        """Whether it is one of them."""
        return bool(np.is_busday(day, self.weekmask, self.holidays))

    def moved(self, day: date, closed_days: str) -> date | None:
        """A day, rolled off those that are closed; None: it is left out."""
        if closed_days == "keep" or self.is_open(day):
            return day
        if closed_days == "skip":
            return None
        return self.later(day, 0, ROLLS[closed_days])

    def later(self, day: date, working_days: int, roll: Any = "forward") -> date:
        """So many working days after a day, or after the one that it rolls to."""
        found: date = np.busday_offset(
            day, working_days, roll=roll, weekmask=self.weekmask, holidays=self.holidays
        ).astype(object)
        return found


def due_times(timetable: Timetable, office: Office, most: int) -> list[datetime]:
    """The first times of a rule that counts on a calendar."""
    zone, at = timetable.time_zone, timetable.at
    return [_instant(day, at, zone) for day in islice(days(timetable, office), most)]


def days(timetable: Timetable, office: Office) -> Iterator[date]:
    """The dates of a rule that counts on a calendar, from the first one on, which stays where it is."""
    rule, start = timetable.rule, timetable.starts_on
    if rule.until and start > rule.until:
        return
    yield start
    last, number = start, 1
    for wanted in takewhile(lambda each: each < BOUND, _wanted(rule, start, office)):
        day = office.moved(wanted, rule.closed_days) if wanted > start else None
        if day is None or day <= last:
            continue
        number += 1
        if (rule.until and day > rule.until) or (rule.count and number > rule.count):
            return
        yield day
        last = day


def after_completion(rule: Recurrence, office: Office, done: date) -> date:
    """The date of a rule that counts from completion."""
    if rule.unit == "working_day":
        return office.later(done, rule.every, "backward")
    ahead: Any = {f"{rule.unit}s": rule.every}
    day = office.moved(done + relativedelta(**ahead), rule.closed_days)
    return day if day and day > done else office.later(done, 1, "backward")


def _wanted(rule: Recurrence, start: date, office: Office) -> Iterator[date]:
    begins = datetime.combine(start, time())
    match rule.unit:
        case "day":
            found = rrule(DAILY, begins, interval=rule.every)
        case "week":
            weekdays = [each - 1 for each in rule.weekdays] or None
            found = rrule(WEEKLY, begins, interval=rule.every, wkst=MO, byweekday=weekdays)
        case "month":
            month = begins.replace(day=1)
            if rule.nth is not None and rule.weekday is not None:
                which = weekday(rule.weekday - 1)(rule.nth)
                found = rrule(MONTHLY, month, interval=rule.every, byweekday=which)
            else:
                either = (rule.day or start.day, -1)
                found = rrule(MONTHLY, month, interval=rule.every, bymonthday=either, bysetpos=1)
        case "working_day":
            return (office.later(start, number * rule.every, "backward") for number in count(1))
    return (each.date() for each in found)


def _instant(day: date, at: time, zone: str) -> datetime:
    wall = datetime.combine(day, at, tzinfo=gettz(zone))
    while not datetime_exists(wall):
        wall += timedelta(minutes=1)
    return wall.astimezone(UTC)
