"""Up to when a follow-up may be held, as its policy says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from followup_common.policy import BeyondHorizon, Calendar, HoldKind, HoldRules
from followup_common.policy.calendar import NONE
from followup_common.policy.presets import Preset, due

from followup_api.followups.sentences import at
from followup_api.problems import Invalid
from followup_api.rows import Record


class NotAllowed(ValueError):
    """A follow-up cannot be held like that.

    Attributes:
        field: of the request, that another value would fix; None: nothing in it would.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Hours:
    """By which calendar and on whose clock a person reads times."""

    calendar: Calendar
    zone: ZoneInfo
    now: datetime

    def named(self, preset: Preset) -> datetime:
        """When a preset is.

        Raises:
            Invalid: the calendar has not been worked out so far.
        """
        try:
            return due(preset, self.calendar, self.zone, self.now)
        except BeyondHorizon as beyond:
            raise Invalid("preset", f"preset: {beyond}.") from None

    def opening(self, moment: datetime) -> datetime:
        """A moment, or the next opening where it is closed then."""
        try:
            return self.calendar.at(moment, NONE)
        except BeyondHorizon:
            return moment

    def said(self, moment: datetime) -> str:
        """A moment, as the person reads it."""
        return at(moment.isoformat(), str(self.zone))


def acknowledged_until(rules: HoldRules, hours: Hours) -> datetime:
    """How long an acknowledgement of now holds the next step."""
    length = rules.acknowledge
    try:
        if length.working is not None:
            return hours.calendar.at(hours.now, length.working)
        if length.working_days is not None:
            return hours.calendar.add_days(hours.now, length.working_days)
    except BeyondHorizon as beyond:
        return beyond.until
    return hours.now + (length.after or NONE)


def check_snooze(
    rules: HoldRules, before: Sequence[Record], until: datetime, reason: str | None, hours: Hours
) -> None:
    """Make sure that somebody may snooze a follow-up.

    Args:
        rules: of its policy.
        before: their snoozes of it in this run.
        until: up to when, within their hours.
        reason: what they say.
        hours: theirs.

    Raises:
        NotAllowed: too often, for too long, or without a reason.
    """
    if len(before) >= rules.snoozes:
        raise NotAllowed(
            f"You have snoozed it {_times(len(before))}, as often as its policy allows: do it, or give it "
            "another due time."
        )
    _check_future(until, hours)
    if len(before) + 1 >= rules.reason_from and reason is None:
        raise NotAllowed(
            f"You have snoozed it {_times(len(before))} already. Say why, in at most 500 characters.",
            "reason",
        )
    latest = _latest(rules.snooze_days, before, hours)
    if latest is not None and until > latest:
        raise NotAllowed(
            f"That is too far ahead: together you may snooze it for {rules.snooze_days} working days, "
            f"by now until {hours.said(latest)} at the latest. Choose a time before that.",
            "until",
        )


def check_wait(
    rules: HoldRules, before: Sequence[Record], until: datetime, calendar: Calendar, hours: Hours
) -> None:
    """Make sure that a follow-up may wait.

    Args:
        rules: of its policy.
        before: its waits in this run.
        until: up to when.
        calendar: by which its policy counts.
        hours: of the caller.

    Raises:
        NotAllowed: too often, or for too long.
    """
    if len(before) >= rules.waits:
        raise NotAllowed(
            f"It has waited {_times(len(before))}, as often as its policy allows: do it, or give it another "
            "due time."
        )
    _check_future(until, hours)
    latest = _latest(rules.wait_days, (), Hours(calendar, hours.zone, hours.now))
    if latest is not None and until > latest:
        raise NotAllowed(
            f"That is too far ahead: it may wait for {rules.wait_days} working days, until "
            f"{hours.said(latest)} at the latest. Choose a time before that.",
            "until",
        )


def of_kind(before: Sequence[Record], kind: HoldKind, user_id: int | None = None) -> list[Record]:
    """The holds of a kind, of one person or of all."""
    return [each for each in before if each.kind == kind and user_id in (None, each.user_id)]


def _check_future(until: datetime, hours: Hours) -> None:
    if until <= hours.now:
        raise NotAllowed("That time has passed: choose one that is to come.", "until")


def _latest(days: int, before: Sequence[Record], hours: Hours) -> datetime | None:
    """Up to when so many working days go, without what holds before have taken; None: behind the horizon."""
    rest = NONE
    try:
        for each in before:
            ended = min(each.ended_at or each.until, hours.now)
            if ended > each.starts_at:
                taken = hours.calendar.passed(each.starts_at, ended)
                days, rest = days - taken.days, rest + taken.rest
        if days < 0:
            return hours.now
        return hours.calendar.at(hours.calendar.add_days(hours.now, days), -rest)
    except BeyondHorizon:
        return None


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
