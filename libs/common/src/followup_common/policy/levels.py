"""Which level a follow-up has reached, and when the next step comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from followup_common.policy.steps import Policy


@dataclass(frozen=True, slots=True)
class Position:
    """Where a follow-up stands on its policy.

    Attributes:
        level: number of the last step reached, from 1; 0 when it is not due yet.
        next_step_at: when the next step comes; None after the last one.
    """

    level: int
    next_step_at: datetime | None


def position(policy: Policy, due_at: datetime, now: datetime) -> Position:
    """Place a follow-up on its policy. Bounds are half-open: exactly 48 h overdue has reached the 48 h step.

    Args:
        policy: the version under which the due time was set.
        due_at: when it was promised (aware).
        now: the database's clock (aware).
    """
    overdue = now - due_at
    level = sum(1 for step in policy.steps if step.after <= overdue)
    upcoming = policy.steps[level:]
    return Position(level, due_at + upcoming[0].after if upcoming else None)
