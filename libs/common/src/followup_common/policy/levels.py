"""Which level a follow-up has reached, and when the next step comes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    level = level_at(policy, now - due_at)
    return Position(level, due_at + policy.afters[level] if level < len(policy.afters) else None)


def level_at(policy: Policy, overdue: timedelta) -> int:
    """Number of the last step reached after this time since due; 0 when it is not due yet."""
    return bisect_right(policy.afters, overdue)
