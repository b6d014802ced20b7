"""Random calendars, around days on which clocks do strange things."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from followup_common.policy import NeverOpen, Range, WorkingHours, WorkingTime
from hypothesis import assume
from hypothesis import strategies as st

DAYS = 12

CHANGES = {
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),  # by half an hour
    "Pacific/Kiritimati": (date(2026, 6, 1), date(1994, 12, 31)),  # 14 h ahead; then it skipped a day
    "Pacific/Apia": (date(2011, 12, 30),),  # skipped
    "Asia/Gaza": (date(2026, 3, 28), date(2011, 8, 1), date(2012, 3, 30)),  # also around midnight
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),  # around midnight
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "UTC": (date(2026, 2, 28),),
}


class Drawn(NamedTuple):
    """What a calendar says, and the days to work it out for."""

    hours: WorkingHours
    first: date
    last: date

    def working_time(self) -> WorkingTime:
        """The calendar; one that is never open is another test's."""
        try:
            return WorkingTime("drawn", self.hours, self.first, self.last)
        except NeverOpen:
            assume(condition=False)
            raise


@st.composite
def ranges(draw: st.DrawFn) -> Sequence[Range]:
    """Of one day: up to three, whole days and nights among them, on quarters of an hour."""
    quarters = draw(st.sets(st.integers(0, 95), max_size=6))
    times = [time(quarter // 4, quarter % 4 * 15) for quarter in sorted(quarters)]
    if draw(st.booleans()):  # a night, or with one time a whole day
        times = times[1:] + times[:1]
        pairs = [*zip(times[::2], times[1::2], strict=False)] or [(at, at) for at in times]
    else:
        pairs = [*zip(times[::2], times[1::2], strict=False)]
    found = sorted(Range(opens, closes) for opens, closes in pairs)
    nights = [one for one, later in pairwise(found) if one.closes <= one.opens or later.opens < one.closes]
    return () if nights else tuple(found)


@st.composite
def drawn_calendars(draw: st.DrawFn, zones: Sequence[str] = tuple(CHANGES)) -> Drawn:
    """A zone, its hours, some days of their own, and twelve days around a change of its clocks."""
    zone = draw(st.sampled_from(zones))
    change = draw(st.sampled_from(CHANGES[zone]))
    first = change - timedelta(days=draw(st.integers(0, DAYS)))
    last = first + timedelta(days=DAYS)
    near = st.dates(first - timedelta(days=1), last + timedelta(days=1))
    week = draw(st.dictionaries(st.integers(1, 7), ranges(), min_size=3, max_size=7))
    days = draw(st.dictionaries(near, st.one_of(st.just(()), ranges()), max_size=4))
    return Drawn(WorkingHours(ZoneInfo(zone), week, days), first, last)


def instants(calendar: Drawn) -> st.SearchStrategy[datetime]:
    """Instants in UTC that the calendar knows about."""
    begin = datetime.combine(calendar.first, time(), UTC) + timedelta(days=1)
    seconds = st.integers(0, int(timedelta(days=DAYS - 2).total_seconds()) * 4)
    return seconds.map(lambda quarters: begin + timedelta(seconds=quarters / 4))
