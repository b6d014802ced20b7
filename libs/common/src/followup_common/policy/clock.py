"""When the steps of a policy come. Nothing else computes it: escalator, notifier and API all ask here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from followup_common.policy.calendar import NONE, BeyondHorizon, Calendar
from followup_common.policy.holds import Holds
from followup_common.policy.models import Length, Policy

Reached = tuple[int, int]
"""The number of a step, from 1, and of its repeat; (0, 0) before the first step."""

NOWHERE: Reached = (0, 0)


class Placement(NamedTuple):
    """Where a follow-up is on its policy.

    Attributes:
        step: number of the last step that it has reached, from 1; 0 before the first.
        repeat: how often that step has been repeated by then.
        wake_at: when the next step or repeat comes; None after the last.
    """

    step: int
    repeat: int
    wake_at: datetime | None

    @property
    def reached(self) -> Reached:
        """The step and its repeat."""
        return self.step, self.repeat


def place(
    policy: Policy,
    calendar: Calendar,
    anchor: datetime,
    now: datetime,
    *,
    reached: Reached = NOWHERE,
    holds: Holds | None = None,
) -> Placement:
    """Place a follow-up on its policy. Bounds are half-open: exactly 48 h overdue has reached the 48 h step.

    A step never comes before the one above it, also where the two count in different units. The repeats of a
    step count from when it came, and end where the next step comes. What lies behind the horizon of the
    calendar has not come, and is looked for again at the horizon.

    Args:
        policy: the version under which the due time was set.
        calendar: how working hours and working days count; elapsed time counts by the clock.
        anchor: what the steps count from: when it was promised (aware).
        now: PostgreSQL's clock (aware).
        reached: the step and repeat that it has been brought to already. It never goes back: what a clock
            that was ahead has reached stays reached when the clock is set back.
        holds: what holds it. While it waits nothing comes, and it is looked for again when the wait ends.

    Raises:
        BeyondHorizon: the horizon itself has passed, so that nothing can be said of the next step.
    """
    step, repeat = reached
    present = now.astimezone(UTC)
    if holds is not None and (until := holds.waits_until(present)) is not None:
        return Placement(step, repeat, until)
    for comes, step_ahead, repeat_ahead in ahead(policy, calendar, anchor, present, reached, holds=holds):
        if comes > present:
            return Placement(step, repeat, comes)
        step, repeat = step_ahead, repeat_ahead
    return Placement(step, repeat, None)


def held_back(
    policy: Policy,
    calendar: Calendar,
    anchor: datetime,
    now: datetime,
    reached: Reached,
    *,
    holds: Holds | None,
) -> datetime | None:
    """Until when nobody is told of a step that was reached; None: they are told now.

    It is held while the follow-up waits. Where somebody has acknowledged the step before, and the sweep had
    taken this one by then and told nobody, it is held as long as one that has not been taken.
    """
    if holds is None:
        return None
    present = now.astimezone(UTC)
    until = holds.waits_until(present)
    if until is not None or holds.acknowledged is None or reached[0] != holds.acknowledged.step + 1:
        return until
    comes = _arrives(policy, reached[0], calendar, anchor.astimezone(UTC), present, holds=holds)
    return comes if present < comes <= holds.acknowledged.until else None


def passed(
    policy: Policy,
    calendar: Calendar,
    anchor: datetime,
    now: datetime,
    *,
    reached: Reached = NOWHERE,
    holds: Holds | None = None,
) -> list[Reached]:
    """Each step and repeat that came after what was reached, up to now, as `place` counts them."""
    present = now.astimezone(UTC)
    found = []
    for comes, step, repeat in ahead(policy, calendar, anchor, present, reached, holds=holds):
        if comes > present:
            break
        found.append((step, repeat))
    return found


def ahead(
    policy: Policy,
    calendar: Calendar,
    anchor: datetime,
    present: datetime,
    reached: Reached,
    *,
    holds: Holds | None = None,
) -> Iterator[tuple[datetime, int, int]]:
    """What is ahead of a step and repeat, one after the other, and when each comes."""
    # In any other zone, adding and comparing would go by its wall clock.
    since = anchor.astimezone(UTC)
    step, repeat = reached
    steps = policy.steps
    while True:
        again = steps[step - 1].repeat if step else None
        if step == len(steps):
            next_step = None
        elif holds is None:
            next_step = _comes(steps[step], calendar, since, present)
        else:
            next_step = _arrives(policy, step + 1, calendar, since, present, holds=holds)
        if again is not None:
            # No step comes before the one above it, whatever their units.
            came = max(
                _arrives(policy, number, calendar, since, present, holds=holds)
                for number in range(1, step + 1)
            )
            for number in range(repeat + 1, again.times + 1):
                comes = _paused(again.every, calendar, came, present, number, holds=holds)
                if next_step is not None and comes >= next_step:
                    break
                yield comes, step, number
        if next_step is None:
            return
        step, repeat = step + 1, 0
        yield next_step, step, 0


def _arrives(
    policy: Policy, step: int, calendar: Calendar, since: datetime, present: datetime, *, holds: Holds | None
) -> datetime:
    """When a step comes. One that is held comes when that ends, but not after the step behind it."""
    comes = _paused(policy.steps[step - 1], calendar, since, present, holds=holds)
    held = holds and holds.acknowledged
    if not held or step != held.step + 1 or comes >= held.until:
        return comes
    if step == len(policy.steps):
        return held.until
    behind = _paused(policy.steps[step], calendar, since, present, holds=holds)
    return max(comes, min(held.until, behind))


def _paused(
    length: Length,
    calendar: Calendar,
    since: datetime,
    present: datetime,
    times: int = 1,
    *,
    holds: Holds | None,
) -> datetime:
    """When so many of a length have passed without the pauses: each counts in the unit of the length."""
    comes = _comes(length, calendar, since, present, times)
    if holds is None:
        return comes
    days, rest = 0, NONE
    for begins, ends in holds.since(since):
        if begins >= comes:
            break
        try:
            if length.working_days is None:
                rest += ends - begins if length.after is not None else calendar.worked(begins, ends)
            else:
                waited = calendar.passed(begins, ends)
                days, rest = days + waited.days, rest + waited.rest
            comes = max(ends, _later(length, calendar, since, times, days=days, rest=rest))
        except BeyondHorizon as beyond:
            if beyond.until <= present:
                raise
            return beyond.until
    return comes


def _later(
    length: Length, calendar: Calendar, since: datetime, times: int, *, days: int, rest: timedelta
) -> datetime:
    """When so many of a length have passed, and so many days and so much time in its unit beside."""
    if length.after is not None:
        return since + times * length.after + rest
    if length.working is not None:
        return calendar.at(since, times * length.working + rest)
    later = calendar.add_days(since, times * (length.working_days or 0) + days)
    return calendar.at(later, rest) if rest else later


def _comes(
    length: Length, calendar: Calendar, since: datetime, present: datetime, times: int = 1
) -> datetime:
    """When so many of a length have passed, by its unit; the horizon when it lies behind that."""
    if length.after is not None:
        return since + times * length.after
    try:
        if length.working is not None:
            return calendar.at(since, times * length.working)
        return calendar.add_days(since, times * (length.working_days or 0))
    except BeyondHorizon as beyond:
        if beyond.until <= present:
            raise
        return beyond.until
