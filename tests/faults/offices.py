"""Working hours as the model counts them, minute by minute: no code of the product is used here."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tests.faults.ladders import Ladder, Length

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BACK, AHEAD = 12, 80
"""Days around a round that are worked out: a clock may be 40 days ahead."""
FORESEEN = timedelta(days=AHEAD - 45)
"""What is due later has its steps behind all that is worked out, as where a series was completed often."""
FAR = timedelta(days=1_000)
"""Behind all that is worked out: hours of a minute a day let a step of hours come in months."""
FURTHEST = 16 * 60
"""Minutes by which the clocks of a zone differ from UTC at most."""
Position = tuple[int, int]
"""A step, from 1, and its repeat; (0, 0) before the first."""


@dataclass(frozen=True)
class Office:
    """What a calendar of a round says: the same hours on some weekdays, and days on which it is closed."""

    zone: str
    opens: time
    closes: time
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    closed: tuple[date, ...] = ()

    def written(self) -> dict[str, Any]:
        """For the journal."""
        return {
            "zone": self.zone,
            "opens": self.opens.isoformat(),
            "closes": self.closes.isoformat(),
            "weekdays": [*self.weekdays],
            "closed": [day.isoformat() for day in self.closed],
        }

    @classmethod
    def read(cls, said: dict[str, Any]) -> Office:
        """From the journal."""
        return cls(
            said["zone"],
            time.fromisoformat(said["opens"]),
            time.fromisoformat(said["closes"]),
            tuple(said["weekdays"]),
            tuple(date.fromisoformat(day) for day in said["closed"]),
        )


class Days(Protocol):
    """Counts time."""

    def at(self, since: datetime, worked: timedelta) -> datetime:
        """When so much has been worked."""

    def add_days(self, since: datetime, days: int) -> datetime:
        """The same time so many working days later."""

    def is_open(self, at: datetime) -> bool:
        """Whether work is done then."""


class Always:
    """Without any calendar."""

    def at(self, since: datetime, worked: timedelta) -> datetime:
        """By the clock."""
        return since + worked

    def add_days(self, since: datetime, days: int) -> datetime:
        """By the clock."""
        return since + days * DAY

    def is_open(self, at: datetime) -> bool:
        """At any time."""
        return True


ALWAYS = Always()


class Zone:
    """What the clocks of a zone show at each minute of some days."""

    def __init__(self, name: str, first: date, last: date) -> None:
        self.zone = ZoneInfo(name)
        self._base = datetime.combine(first - DAY, time())
        begins = self._base.replace(tzinfo=UTC)
        minutes = ((last - first).days + 3) * 24 * 60
        self._walls = [
            (begins + number * MINUTE).astimezone(self.zone).replace(tzinfo=None) for number in range(minutes)
        ]

    def first(self, wall: datetime) -> datetime:
        """The first minute at which the clocks show a time, or are past it."""
        number = (wall - self._base) // MINUTE - FURTHEST
        while self._walls[number] < wall:
            number += 1
        return (self._base + number * MINUTE).replace(tzinfo=UTC)

    def end(self, wall: datetime) -> datetime:
        """The minute behind the last one at which the clocks are before a time."""
        number = (wall - self._base) // MINUTE + FURTHEST
        while self._walls[number] >= wall:
            number -= 1
        return (self._base + (number + 1) * MINUTE).replace(tzinfo=UTC)


@cache
def zone_of(name: str, first: date, last: date) -> Zone:
    """A zone, worked out once."""
    return Zone(name, first, last)


class Worked:
    """The hours of an office around a day."""

    def __init__(self, office: Office, around: date) -> None:
        first, last = around - BACK * DAY, around + AHEAD * DAY
        self._zone = zone_of(office.zone, first - 2 * DAY, last + 2 * DAY)
        self._working: list[date] = []
        self._spans: list[tuple[datetime, datetime]] = []
        for number in range((last - first).days + 1):
            self._add(office, first + number * DAY)
        self._ends = [ends for _, ends in self._spans]

    def _add(self, office: Office, day: date) -> None:
        if day in office.closed or day.isoweekday() not in office.weekdays:
            return
        opens = datetime.combine(day, office.opens)
        overnight = office.closes <= office.opens
        closes = datetime.combine(day + overnight * DAY, office.closes)
        if overnight and day + DAY in office.closed:
            closes = datetime.combine(day + DAY, time())
        starts, ends = self._zone.first(opens), self._zone.end(closes)
        if starts >= ends:
            return
        self._working.append(day)
        if self._spans and self._spans[-1][1] >= starts:
            starts = self._spans.pop()[0]
        self._spans.append((starts, ends))

    def at(self, since: datetime, worked: timedelta) -> datetime:
        """When so much has been worked, one span after the other."""
        since = since.astimezone(UTC)  # in another zone, adding would go by its wall clock
        for starts, ends in self._spans[bisect_right(self._ends, since) :]:
            begins = max(starts, since)
            if begins + worked < ends:
                return begins + worked
            worked -= ends - begins
        return since + FAR

    def add_days(self, since: datetime, days: int) -> datetime:
        """The same time of day so many working days later, or the next opening."""
        local = since.astimezone(self._zone.zone)
        day = self._working[bisect_right(self._working, local.date()) + days - 1]
        minute = local.time().replace(second=0, microsecond=0)
        within = timedelta(seconds=local.second, microseconds=local.microsecond)
        return self.at(self._zone.first(datetime.combine(day, minute)) + within, timedelta())

    def is_open(self, at: datetime) -> bool:
        """Whether it is open then."""
        return any(starts <= at < ends for starts, ends in self._spans[bisect_right(self._ends, at) :][:1])


@cache
def worked_out(office: Office, around: date) -> Worked:
    """An office, worked out once."""
    return Worked(office, around)


def comes(length: Length, days: Days, since: datetime, times: int = 1) -> datetime:
    """When so many of a length have passed."""
    if isinstance(length.amount, int):
        return days.add_days(since, times * length.amount)
    return since + times * length.amount if length.unit == "after" else days.at(since, times * length.amount)


def position(ladder: Ladder, days: Days, due_at: datetime, at: datetime) -> Position:
    """The step that has been reached at a moment, and how often it has been repeated."""
    step = 0
    while step < len(ladder) and comes(ladder[step].comes, days, due_at) <= at:
        step += 1
    repeat = 0
    while step and (again := _again(ladder, days, due_at, (step, repeat))) is not None and again <= at:
        repeat += 1
    return step, repeat


def next_after(ladder: Ladder, days: Days, due_at: datetime, reached: Position) -> datetime | None:
    """When the next step or repeat comes."""
    again = _again(ladder, days, due_at, reached)
    return _next_step(ladder, days, due_at, reached[0]) if again is None else again


def _again(ladder: Ladder, days: Days, due_at: datetime, reached: Position) -> datetime | None:
    step, repeat = reached
    if not step or (every := ladder[step - 1].every) is None or repeat >= ladder[step - 1].times:
        return None
    came = max(comes(rung.comes, days, due_at) for rung in ladder[:step])
    again, following = comes(every, days, came, repeat + 1), _next_step(ladder, days, due_at, step)
    return again if following is None or again < following else None


def _next_step(ladder: Ladder, days: Days, due_at: datetime, step: int) -> datetime | None:
    return comes(ladder[step].comes, days, due_at) if step < len(ladder) else None
