"""Working hours as people write them, and the spans of time that they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Range(NamedTuple):
    """Hours of a day, from the minute it opens to the minute it closes.

    One that does not close after it opens closes on the next day: 22:00 to 06:00 is a night, and 00:00 to
    00:00 the whole day.
    """

    opens: time
    closes: time

    def ends_on(self, day: date) -> date:
        """The day on which the range of a day closes: the same one, or the next."""
        return day if self.closes > self.opens else day + DAY

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


class Span(NamedTuple):
    """Open from an instant until just before another one; both in UTC."""

    starts: datetime
    ends: datetime


class HoursOverlap(ValueError):
    """Two ranges of one day share time, so that one of them is a mistake."""

    def __init__(self, where: str, first: Range, second: Range) -> None:
        super().__init__(
            f"{where}: {first} and {second} overlap: make them one range, or shorten one of them"
        )
        self.where = where


@dataclass(frozen=True)
class WorkingHours:
    """When work is done.

    Attributes:
        zone: whose clocks the hours are on.
        week: the ranges of each weekday, from 1 (Monday) to 7; a weekday without any is closed.
        days: the ranges of single days, in place of their weekday's; a day with none is closed, also to a
            night that began the day before.
    """

    zone: ZoneInfo
    week: Mapping[int, Sequence[Range]]
    days: Mapping[date, Sequence[Range]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for weekday, ranges in self.week.items():
            _refuse_overlap(WEEKDAYS[weekday - 1], ranges)
        for day, ranges in self.days.items():
            _refuse_overlap(f"{day}", ranges)

    def of(self, day: date) -> Sequence[Range]:
        """The ranges that begin on a day."""
        own = self.days.get(day)
        return self.week.get(day.isoweekday(), ()) if own is None else own

    def spans(self, first: date, last: date) -> list[Span]:
        """The time that the ranges of these days cover, in order; what overlaps or touches is one span."""
        merged: list[Span] = []
        for starts, ends in sorted(span for day in _days(first, last) for span in self._spans_of(day)):
            if merged and starts <= merged[-1].ends:
                merged[-1] = Span(merged[-1].starts, max(merged[-1].ends, ends))
            else:
                merged.append(Span(starts, ends))
        return merged

    def working_days(self, first: date, last: date) -> list[date]:
        """The days with a range of their own, those that the zone skips left out."""
        return [day for day in _days(first, last) if any(self._spans_of(day))]

    def midnight(self, day: date) -> datetime:
        """When a day begins."""
        return first_shown(self.zone, day, time())

    def _spans_of(self, day: date) -> Iterator[Span]:
        """Of the ranges of a day. A night ends at midnight when the next day is closed."""
        for hours in self.of(day):
            starts = first_shown(self.zone, day, hours.opens)
            end_day = hours.ends_on(day)
            ends = last_shown(self.zone, end_day, hours.closes)
            if end_day > day and self._is_closed(end_day):
                ends = min(ends, self.midnight(end_day))
            if starts < ends:
                yield Span(starts, ends)

    def _is_closed(self, day: date) -> bool:
        own = self.days.get(day)
        return own is not None and not own


def first_shown(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The first instant, in UTC, at which the clocks of a zone show a time of a day, or are past it.

    Times that a clock change skips come when the clocks are set forward.
    """
    return _shown(zone, datetime.combine(day, at), fold=0)


def last_shown(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The same; but of a time that clocks show twice, the second."""
    return _shown(zone, datetime.combine(day, at), fold=1)


def _shown(zone: ZoneInfo, wall: datetime, fold: int) -> datetime:
    first, second = (zone.utcoffset(wall.replace(fold=which)) or timedelta() for which in (0, 1))
    naive = wall - (first if fold == 0 else second)
    if first < second:  # skipped: between the two readings the clocks are set forward
        naive = _first_past(zone, wall, wall - second, wall - first)
    return naive.replace(tzinfo=UTC)


def _first_past(zone: ZoneInfo, wall: datetime, before: datetime, after: datetime) -> datetime:
    """The minute, between two naive instants in UTC, from which on a zone's clocks are past a wall time."""
    while after - before > MINUTE:
        middle = before + (after - before) // MINUTE // 2 * MINUTE
        if zone.fromutc(middle.replace(tzinfo=zone)).replace(tzinfo=None, fold=0) < wall:
            before = middle
        else:
            after = middle
    return after


def _days(first: date, last: date) -> Iterator[date]:
    return (first + DAY * number for number in range((last - first).days + 1))


def _refuse_overlap(where: str, ranges: Sequence[Range]) -> None:
    """Of one day: a night may run into the hours of the next, which then are one.

    Raises:
        HoursOverlap: they share time.
    """
    ordered = sorted(ranges)
    for earlier, later in pairwise(ordered):
        if earlier.closes <= earlier.opens or later.opens < earlier.closes:
            raise HoursOverlap(where, earlier, later)
