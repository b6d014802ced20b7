"""The dates of a rule of recurrence.

What is looked at is bounded, whatever the rule: `MOST_LOOKED_AT` dates of it for the next one that counts,
`MOST_IN_ALL` for all up to an end by count.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import count, islice
from typing import NamedTuple

from followup_common.policy.hours import DAY, first_shown
from followup_common.policy.recurrence import LAST, ClosedDays, CountedFrom, Recurrence, Timetable

MOST_LOOKED_AT = 1_000
MOST_IN_ALL = 10_000
FARTHEST_MOVED = 62
"""Over how many closed days a date moves; one that would move farther is left out."""
LATEST = date(2300, 1, 1)

IsOpen = Callable[[date], bool]
"""Whether a day is a working day."""


class NeverComes(ValueError):
    """A rule has no date any more.

    Attributes:
        field: what to change about it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}")
        self.field = field


class Occurrence(NamedTuple):
    """The next one of a series.

    Attributes:
        day: its date.
        due_at: its time (UTC).
        missed: how many dates passed between the one before and this one.
    """

    day: date
    due_at: datetime
    missed: int


def dates(timetable: Timetable, is_open: IsOpen, after: date | None = None) -> Iterator[date]:
    """The dates of a series, in order, each once: the first one, never moved, and what the rule gives.

    Args:
        timetable: the rule, not one that counts from completion.
        is_open: whose working days count.
        after: only those later than this day.
    """
    rule = timetable.rule
    since = None if rule.count is not None or rule.unit == "working_day" else after
    found = _found(timetable, is_open, since, MOST_LOOKED_AT if rule.count is None else MOST_IN_ALL)
    for number, day in enumerate(found, start=1):
        if (rule.until and day > rule.until) or (rule.count and number > rule.count):
            return
        if after is None or day > after:
            yield day


def after_completion(rule: Recurrence, is_open: IsOpen, done: date) -> date | None:
    """The date of a rule that counts from completion, when the one before was done on a day."""
    match rule.unit:
        case "day":
            wanted = done + rule.every * DAY
        case "week":
            wanted = done + rule.every * 7 * DAY
        case "month":
            wanted = _day_of_month(done, rule.every, done.day)
        case "working_day":
            ahead = (done + DAY * number for number in range(1, rule.every * FARTHEST_MOVED))
            return next(islice(filter(is_open, ahead), rule.every - 1, None), None)
    moved = _moved(wanted, rule.closed_days, is_open)
    return moved if moved is None or moved > done else _moved(done + DAY, ClosedDays.NEXT, is_open)


def next_one(
    timetable: Timetable, is_open: IsOpen, *, before: date, made: int, now: datetime
) -> Occurrence | None:
    """What comes after one that has ended now; None: the rule has ended, or never comes again.

    Dates whose time has passed are counted, and not made up for.

    Args:
        timetable: the rule.
        is_open: whose working days count.
        before: the date of the one that has ended.
        made: how many there were, with it.
        now: PostgreSQL's clock (aware).
    """
    rule, zone = timetable.rule, timetable.zone
    if rule.counted_from is CountedFrom.COMPLETION:
        day = after_completion(rule, is_open, now.astimezone(zone).date())
        over = day is None or (rule.until and day > rule.until) or (rule.count and made >= rule.count)
        return None if day is None or over else Occurrence(day, due_at(timetable, day), 0)
    for missed, day in enumerate(dates(timetable, is_open, before)):
        if (at := due_at(timetable, day)) > now:
            return Occurrence(day, at, missed)
    return None


def foreseen(
    timetable: Timetable, is_open: IsOpen, most: int, *, after: date | None = None, made: int = 0
) -> list[datetime]:
    """The times of the next dates, if each is done on its day.

    Args:
        timetable: the rule.
        is_open: whose working days count.
        most: how many at most.
        after: the date of the one before; None: from the first one on.
        made: how many there were up to then.

    Raises:
        NeverComes: there is none.
    """
    days = list(islice(_ahead(timetable, is_open, after, made), most))
    if not days:
        raise _why_never(timetable, is_open, after)
    return [due_at(timetable, day) for day in days]


def due_at(timetable: Timetable, day: date) -> datetime:
    """When that time comes on a day, in UTC. One that a clock change skips comes when clocks are set forward;
    of one that clocks show twice it is the first."""
    return first_shown(timetable.zone, day, timetable.at).astimezone(UTC)


def _ahead(timetable: Timetable, is_open: IsOpen, after: date | None, made: int) -> Iterator[date]:
    if timetable.rule.counted_from is CountedFrom.COMPLETION:
        return _each_done_on_its_day(timetable, is_open, after, made)
    return dates(timetable, is_open, after)


def _each_done_on_its_day(
    timetable: Timetable, is_open: IsOpen, after: date | None, made: int
) -> Iterator[date]:
    rule = timetable.rule
    day = timetable.starts_on if after is None else after_completion(rule, is_open, after)
    for _ in count() if rule.count is None else range(made, rule.count):
        if day is None or day > LATEST or (rule.until and day > rule.until):
            return
        yield day
        day = after_completion(rule, is_open, day)


def _found(timetable: Timetable, is_open: IsOpen, after: date | None, most: int) -> Iterator[date]:
    """The first date, and those on working days after it, each once; from somewhat before a day on."""
    rule, start, looked_at = timetable.rule, timetable.starts_on, 0
    yield start
    last = start
    for wanted in _wanted(rule, start, is_open, after):
        looked_at += 1
        if looked_at > most or wanted > LATEST:
            return
        day = _moved(wanted, rule.closed_days, is_open) if wanted > start else None
        if day is None or day <= last:
            continue
        yield day
        last = day
        looked_at = looked_at if rule.count else 0


def _wanted(rule: Recurrence, start: date, is_open: IsOpen, after: date | None) -> Iterator[date]:
    """The dates of a rule before closed days are looked at, from as far before a day as one can move."""
    passed = max((after - start).days - FARTHEST_MOVED, 0) if after else 0
    match rule.unit:
        case "day":
            return (start + number * rule.every * DAY for number in count(passed // rule.every))
        case "week":
            monday = start - (start.isoweekday() - 1) * DAY
            weekdays = rule.weekdays or (start.isoweekday(),)
            weeks = count(passed // (7 * rule.every))
            return (
                monday + (week * rule.every * 7 + weekday - 1) * DAY for week in weeks for weekday in weekdays
            )
        case "month":
            months = range(passed // (31 * rule.every) * rule.every, _months_until_latest(start), rule.every)
            days = (_of_month(rule, start, month) for month in months)
            return (day for day in days if day)
        case "working_day":
            return _working_days(rule.every, start, is_open)


def _working_days(every: int, start: date, is_open: IsOpen) -> Iterator[date]:
    """Each so-manieth working day after the first date; none behind more than a year that is closed."""
    day, closed, number = start + DAY, 0, 0
    while closed <= 366 and day <= LATEST:
        if is_open(day):
            closed, number = 0, number + 1
            if number % every == 0:
                yield day
        else:
            closed += 1
        day += DAY


def _of_month(rule: Recurrence, start: date, months: int) -> date | None:
    """The date in the month so many after that of the start; None: it has no fifth such weekday."""
    if rule.nth is None or rule.weekday is None:
        return _day_of_month(start, months, rule.day or start.day)
    first, last = _day_of_month(start, months, 1), _day_of_month(start, months, 31)
    if rule.nth == LAST:
        return last - (last.isoweekday() - rule.weekday) % 7 * DAY
    day = first + ((rule.weekday - first.isoweekday()) % 7 + 7 * (rule.nth - 1)) * DAY
    return day if day <= last else None


def _months_until_latest(start: date) -> int:
    return (LATEST.year - start.year + 1) * 12


def _day_of_month(of: date, months: int, day: int) -> date:
    """A day of the month so many after that of a date; its last one, if it is shorter."""
    year, month = divmod(of.year * 12 + of.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


def _moved(day: date, closed_days: ClosedDays, is_open: IsOpen) -> date | None:
    """A date, moved off closed days as a rule says; None: it is left out."""
    if closed_days is ClosedDays.KEEP or is_open(day):
        return day
    if closed_days is ClosedDays.SKIP:
        return None
    step = DAY if closed_days is ClosedDays.NEXT else -DAY
    return next(filter(is_open, (day + step * number for number in range(1, FARTHEST_MOVED + 1))), None)


def _why_never(timetable: Timetable, is_open: IsOpen, after: date | None) -> NeverComes:
    """What to change about a rule without any date."""
    endless = timetable.rule.model_copy(update={"until": None, "count": None})
    first = next(_ahead(timetable.model_copy(update={"rule": endless}), is_open, after, 0), None)
    if first is None:
        return NeverComes(
            "closed_days",
            "leaves no date: none of those that the rule gives is near a working day of the calendar. Use "
            "keep, or other days.",
        )
    if timetable.rule.until is None:
        return NeverComes("count", "leaves none after the first: use 2 or more, or leave it out.")
    return NeverComes("until", f"comes before the next date, {first}: use that day or a later one.")
