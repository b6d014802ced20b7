"""Which time counts towards the steps of a policy."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, Protocol

from followup_common.policy.hours import DAY, Span, WorkingHours
from followup_common.policy.working_days import OutOfSight, Shifted, WorkingDays

NONE = timedelta()


class Calendar(Protocol):
    """Counts time."""

    def at(self, since: datetime, worked: timedelta) -> datetime:
        """The instant at which this much time has been worked since an instant (aware, UTC)."""

    def add_days(self, since: datetime, days: int) -> datetime:
        """The same time of day so many working days after an instant (aware, UTC)."""

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Working time between two instants (aware)."""

    def passed(self, since: datetime, until: datetime) -> Passed:
        """The most working days that fit between two instants (aware), and the working time beside them."""

    def is_working_day(self, day: date) -> bool:
        """Whether work begins on a day."""


class AlwaysOpen:
    """Every hour of every day counts."""

    def at(self, since: datetime, worked: timedelta) -> datetime:
        """So much later by the clock."""
        return since + worked

    def add_days(self, since: datetime, days: int) -> datetime:
        """So many times 24 hours later."""
        return since + days * DAY

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """All the time between."""
        return until - since

    def passed(self, since: datetime, until: datetime) -> Passed:
        """Days of 24 hours, and the rest."""
        return Passed(*divmod(until - since, DAY))

    def is_working_day(self, day: date) -> bool:  # noqa: ARG002 - as the protocol has it
        """Every day is."""
        return True


ALWAYS_OPEN = AlwaysOpen()


class NeverOpen(ValueError):
    """A calendar without any time to work in: no step that counts by it would ever come."""

    def __init__(self, name: str, first: date, last: date) -> None:
        super().__init__(
            f"calendar {name!r} is never open between {first} and {last}: give one of its weekdays hours, or "
            "open some of its closed days"
        )
        self.name = name


class BeyondHorizon(ValueError):
    """What is asked for lies behind the time that a calendar has been worked out for."""

    def __init__(self, name: str, until: datetime) -> None:
        super().__init__(
            f"calendar {name!r} is worked out until {until:%Y-%m-%d}: ask for an earlier time, or less time"
        )
        self.name = name
        self.until = until


class Passed(NamedTuple):
    """How long ago something was, as people at work count.

    Attributes:
        days: working days, each from a time of day to the same time of the next one.
        rest: working time since the last of them.
    """

    days: int
    rest: timedelta


class WorkingTime:
    """A calendar over some years: `worked` is a function that never falls, and `at` its inverse.

    An instant at which a span ends is not open. So a step that falls exactly on closing time comes at the
    next opening, and one that is due while closed starts to count at the next opening.

    No time counts before the first day. Behind the last one nothing is known: `BeyondHorizon`.
    """

    def __init__(
        self, name: str, hours: WorkingHours, first: date, last: date, spans: Sequence[Span] | None = None
    ) -> None:
        """Work out a calendar.

        Args:
            name: of the calendar, for errors.
            hours: what it says.
            first: the first day to know of.
            last: the last one.
            spans: the spans of these days, where they have been worked out already.

        Raises:
            NeverOpen: it has no open time in these days.
        """
        found = hours.spans(first, last) if spans is None else spans
        if not found:
            raise NeverOpen(name, first, last)
        self.name = name
        self.since = min(hours.midnight(first), found[0].starts.astimezone(UTC))
        self.until = hours.midnight(last + DAY)
        # In one zone object: comparing across two asks each for its offset, ten times as long.
        self._starts = [span.starts.astimezone(UTC) for span in found]
        self._ends = [span.ends.astimezone(UTC) for span in found]
        lengths = (ends - starts for starts, ends in zip(self._starts, self._ends, strict=True))
        totals = [*accumulate(lengths, initial=NONE)]
        self._before = totals[:-1]  # worked before each span
        self._all = totals[-1]
        self._hours, self._first, self._last = hours, first, last

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Working time between two instants (aware); negative when the second one is the earlier.

        Raises:
            BeyondHorizon: one of them lies behind the last day.
        """
        return self._total(until.astimezone(UTC)) - self._total(since.astimezone(UTC))

    def passed(self, since: datetime, until: datetime) -> Passed:
        """The most working days that fit between two instants (aware), and the working time beside them.

        Raises:
            BeyondHorizon: one of them lies behind the last day.
        """
        begins, ends = since.astimezone(UTC), until.astimezone(UTC)
        for days in range(self._days.between(begins, ends), 0, -1):
            last = self.add_days(begins, days)
            if last <= ends:
                return Passed(days, self.worked(last, ends))
        return Passed(0, self.worked(begins, ends))

    def at(self, since: datetime, worked: timedelta) -> datetime:
        """The first open instant at which this much has been worked since an instant.

        Args:
            since: what to count from (aware, UTC).
            worked: how much; negative: before it.

        Raises:
            BeyondHorizon: it comes after the last day.
        """
        total = self._total(since) + worked
        if total >= self._all:
            raise BeyondHorizon(self.name, self.until)
        if total < NONE:
            return self.since
        span = bisect_right(self._before, total) - 1
        return self._starts[span] + (total - self._before[span])

    def add_days(self, since: datetime, days: int) -> datetime:
        """The same local time on the nth working day after the day of an instant, within its hours.

        Where that time is closed it comes at the next opening. With a negative number it is the nth working
        day before, and a time after its hours becomes the last opening of that day: a reminder stays on its
        day.

        Args:
            since: what to count from (aware, UTC).
            days: how many; 0: the instant itself, within hours.

        Raises:
            BeyondHorizon: it comes after the last day.
        """
        if since >= self.until:
            raise BeyondHorizon(self.name, self.until)
        if days == 0:
            return self._next_open(since)
        try:
            shifted = self._days.shifted(since, days)
        except OutOfSight as out:
            if out.later:
                raise BeyondHorizon(self.name, self.until) from None
            return self.since
        return self._next_open(shifted.instant) if days > 0 else self._within(shifted)

    def is_working_day(self, day: date) -> bool:
        """Whether work begins on a day; behind the last one as its weekday says."""
        return bool(self._hours.of(day))

    @cached_property
    def _days(self) -> WorkingDays:
        """Worked out only where something counts in working days."""
        return WorkingDays(self._hours, self._first, self._last)

    def _within(self, wanted: Shifted) -> datetime:
        """An instant of a working day, moved to an opening of that day where it is closed."""
        last = bisect_left(self._starts, wanted.ends) - 1
        if wanted.instant < self._ends[last]:
            return self._next_open(wanted.instant)
        return max(self._starts[last], wanted.begins)

    def _next_open(self, instant: datetime) -> datetime:
        """An instant, moved to the next opening where it is closed."""
        span = bisect_right(self._ends, instant)
        if span == len(self._ends):
            raise BeyondHorizon(self.name, self.until)
        return max(instant, self._starts[span])

    def _total(self, instant: datetime) -> timedelta:
        """Time worked from the first day until an instant (UTC)."""
        span = bisect_right(self._starts, instant) - 1
        if span < 0:
            return NONE
        ends = self._ends[span]
        if instant < ends:
            return self._before[span] + (instant - self._starts[span])
        if instant > self.until:
            raise BeyondHorizon(self.name, self.until)
        return self._before[span] + (ends - self._starts[span])
