"""When the steps of a policy come. Nothing else computes it: escalator, notifier and API all ask here."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from typing import NamedTuple

from followup_common.policy.calendar import Calendar
from followup_common.policy.models import Policy


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

    Args:
        policy: the version under which the due time was set.
        calendar: how its time counts.
        anchor: what the steps count from: when it was promised (aware).
        now: PostgreSQL's clock (aware).
        reached: the step that it has been brought to already. It never goes back: what a clock that was
            ahead has reached stays reached when the clock is set back.
    """
    since = anchor.astimezone(UTC)  # in any other zone, adding and comparing would go by its wall clock
    comes = [calendar.add(since, step.after) for step in policy.steps]
    step = max(bisect_right(comes, now.astimezone(UTC)), reached)
    return Placement(step, comes[step] if step < len(comes) else None)
