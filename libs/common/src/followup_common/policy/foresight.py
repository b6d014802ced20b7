"""What policies would do: each step and repeat that comes between two times. It asks what `place` asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from followup_common.policy.calendar import Calendar
from followup_common.policy.clock import NOWHERE, Reached, ahead
from followup_common.policy.holds import Holds
from followup_common.policy.models import Policy


class Coming(NamedTuple):
    """A step or a repeat of it, and when it comes (UTC)."""

    at: datetime
    step: int
    repeat: int


def coming(
    policy: Policy,
    calendar: Calendar,
    anchor: datetime,
    since: datetime,
    until: datetime,
    *,
    reached: Reached = NOWHERE,
    holds: Holds | None = None,
) -> Iterator[Coming]:
    """Each step and repeat that comes after one time and not after another, in their order.

    Args:
        policy: the version of the run.
        calendar: how its working time counts.
        anchor: what its steps count from (aware).
        since: what comes then or before is left out (aware).
        until: the last instant (aware).
        reached: the step and repeat that it has been brought to already: only what is ahead comes.
        holds: what holds it at `since`.

    Raises:
        BeyondHorizon: the horizon of the calendar lies before `until`.
    """
    first, last = since.astimezone(UTC), until.astimezone(UTC)
    latest = holds.waits_until(first) if holds else None
    for comes, step, repeat in ahead(policy, calendar, anchor, last, reached, holds=holds):
        # No step comes before the one above it, whatever their units.
        latest = comes if latest is None or comes > latest else latest
        if latest > last:
            return
        if latest > first:
            yield Coming(latest, step, repeat)
