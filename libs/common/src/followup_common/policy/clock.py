"""When the steps of a policy come. Nothing else computes it: escalator, notifier and API all ask here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from followup_common.policy.calendar import BeyondHorizon, Calendar
from followup_common.policy.models import Policy, Step


class Placement(NamedTuple):
    """Where a follow-up is on its policy.

    Attributes:
        step: number of the last step that it has reached, from 1; 0 before the first.
        wake_at: when the next one comes; None after the last.
    """

    step: int
    wake_at: datetime | None


def place(
    policy: Policy, calendar: Calendar, anchor: datetime, now: datetime, *, reached: int = 0
) -> Placement:
    """Place a follow-up on its policy. Bounds are half-open: exactly 48 h overdue has reached the 48 h step.

    A step never comes before the one above it, also where the two count in different units. One that lies
    behind the horizon of the calendar has not come, and is looked for again at the horizon.

    Args:
        policy: the version under which the due time was set.
        calendar: how working hours and working days count; elapsed time counts by the clock.
        anchor: what the steps count from: when it was promised (aware).
        now: PostgreSQL's clock (aware).
        reached: the step that it has been brought to already. It never goes back: what a clock that was
            ahead has reached stays reached when the clock is set back.

    Raises:
        BeyondHorizon: the horizon itself has passed, so that nothing can be said of the next step.
    """
    # In any other zone, adding and comparing would go by its wall clock.
    since, present = anchor.astimezone(UTC), now.astimezone(UTC)
    step = reached
    for ahead in policy.steps[reached:]:
        try:
            comes = _comes(ahead, calendar, since)
        except BeyondHorizon as beyond:
            if beyond.until <= present:
                raise
            comes = beyond.until
        if comes > present:
            return Placement(step, comes)
        step += 1
    return Placement(step, None)


def _comes(step: Step, calendar: Calendar, since: datetime) -> datetime:
    """When a step comes, by its unit."""
    if step.after is not None:
        return since + step.after
    if step.working is not None:
        return calendar.at(since, step.working)
    return calendar.add_days(since, step.working_days or 0)
