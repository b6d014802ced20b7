"""When somebody is told outside the house: at once, in a digest, or never; and not in their quiet hours.

Who sends asks `when` each time: what is kept of its answer is a time before which nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from followup_common.policy.hours import DAY, first_shown, last_shown
from followup_common.policy.models import Severity

HOUR = timedelta(hours=1)
EVERY_DAY = frozenset(range(1, 8))


class Mode(StrEnum):
    """How somebody is told."""

    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


IN_DIGESTS = frozenset({Mode.HOURLY, Mode.DAILY, Mode.WEEKLY})


@dataclass(frozen=True)
class Rule:
    """How somebody is told of what is of one severity, by one channel.

    Args:
        mode: how.
        at: the time of day of a daily or weekly digest, on their clock.
        weekday: the day of a weekly one, from 1 for Monday.
    """

    mode: Mode
    at: time | None = None
    weekday: int | None = None


AT_ONCE = Rule(Mode.AT_ONCE)
NEVER = Rule(Mode.NEVER)


@dataclass(frozen=True)
class QuietHours:
    """When somebody is not told.

    Args:
        begins: on their clock.
        ends: on their clock; not later than `begins`: on the next day.
        days: on which they begin, from 1 for Monday.
    """

    begins: time
    ends: time
    days: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        """Refuse hours that never end.

        Raises:
            ValueError: they do not.
        """
        if self.begins == self.ends and self.days >= EVERY_DAY:
            raise ValueError("quiet hours of whole days, on all days, never end")

    def over_at(self, zone: ZoneInfo, instant: datetime) -> datetime:
        """When, from an instant on (UTC), it is not quiet: the instant itself where it is not."""
        while (ends := self._ends_of(zone, instant)) is not None:
            instant = ends
        return instant

    def _ends_of(self, zone: ZoneInfo, instant: datetime) -> datetime | None:
        """When the hours end in which an instant is; None: it is in none."""
        today = instant.astimezone(zone).date()
        overnight = DAY if self.ends <= self.begins else timedelta(0)
        for day in (today - DAY, today):
            if day.isoweekday() in self.days:
                ends = last_shown(zone, day + overnight, self.ends)
                if first_shown(zone, day, self.begins) <= instant < ends:
                    return ends
        return None


@dataclass(frozen=True)
class Turn:
    """When something may go.

    Args:
        at: in UTC; not later than now: it may.
        in_digest: whether it goes with others, in a digest.
    """

    at: datetime
    in_digest: bool = False


def when(
    rule: Rule, quiet: QuietHours | None, zone: ZoneInfo, *, since: datetime, now: datetime
) -> Turn | None:
    """When something may go to somebody; None: never.

    What is due in quiet hours is held until they end. A digest holds what was due before its time.

    Args:
        rule: how they are told of it.
        quiet: when they are not told; None: whenever.
        zone: of their clock.
        since: when it was due.
        now: the database's time.
    """
    if rule.mode is Mode.NEVER:
        return None
    digest = rule.mode in IN_DIGESTS
    due = max(next(each for each in _windows(rule, zone, since) if each > since), now) if digest else now
    return Turn(quiet.over_at(zone, due) if quiet else due, in_digest=digest)


def window(rule: Rule, zone: ZoneInfo, now: datetime) -> datetime:
    """When the latest digest by a rule was due: what is sent now is that one."""
    return max(each for each in _windows(rule, zone, now) if each <= now)


def _windows(rule: Rule, zone: ZoneInfo, around: datetime) -> Iterator[datetime]:
    """When digests by a rule are due: some before an instant and some after it, the first one first.

    A time that a clock change skips is when the clocks are set forward; of one shown twice it is the first.
    """
    if rule.mode is Mode.HOURLY:
        offset = zone.utcoffset(around.astimezone(zone).replace(tzinfo=None)) or timedelta(0)
        into = (around - datetime.min.replace(tzinfo=UTC) + offset) % HOUR
        yield from (around - into + HOUR * number for number in range(3))
        return
    today = around.astimezone(zone).date()
    for number in range(-8, 9):
        day = today + DAY * number
        if rule.mode is Mode.DAILY or day.isoweekday() == rule.weekday:
            yield first_shown(zone, day, rule.at or time())


@dataclass(frozen=True)
class Rules:
    """What holds for somebody by one channel.

    Args:
        rules: of each severity; of one that has none it is told at once.
        quiet: when they are not told.
        breaches_pass: whether a breach is told in quiet hours all the same.
        zone: of their clock.
    """

    rules: Mapping[Severity, Rule]
    quiet: QuietHours | None
    breaches_pass: bool
    zone: ZoneInfo

    def when(self, severity: Severity, *, since: datetime, now: datetime) -> Turn | None:
        """When something of a severity may go to them; None: never. Times as for `when`."""
        quiet = None if severity is Severity.BREACH and self.breaches_pass else self.quiet
        return when(self.of(severity), quiet, self.zone, since=since, now=now)

    def quiet_until(self, now: datetime) -> datetime:
        """When it is quiet for them no more: now, where it is not quiet (UTC)."""
        return self.quiet.over_at(self.zone, now) if self.quiet else now

    def of(self, severity: Severity) -> Rule:
        """The rule for a severity. A channel that people have no rules for tells at once."""
        return self.rules.get(severity, AT_ONCE)


def in_force(severity: Severity, own: Rule | None, company: Rule, *, locked: bool, is_admin: bool) -> Rule:
    """Which rule holds for somebody: their own, unless it is locked, else the company's.

    Admins hear of breaches in any case: nobody is above them who would.

    Args:
        severity: of what they are told.
        own: their own; None: they have none.
        company: that of those who have none.
        locked: whether nobody may have another one.
        is_admin: whether they are an admin.
    """
    rule = company if locked or own is None else own
    if severity is Severity.BREACH and is_admin and rule.mode is Mode.NEVER:
        return company if company.mode is not Mode.NEVER else AT_ONCE
    return rule
