"""What Prometheus learns of sweeps and of what they claim."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Sequence

from followup_common.metrics import Counter, Histogram, Measured

from followup_escalator.batches import Move

SWEEPS = Counter(
    "followup_sweeps_total",
    "Sweeps that reached a status (running, completed, failed), by what asked for them.",
    ("trigger", "status"),
)
SWEEP_SECONDS = Histogram(
    "followup_sweep_duration_seconds",
    "Time from the request of a sweep until the last of its escalations was delivered.",
    ("trigger",),
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 150, 300, 900, 3600),
)
CLAIMED = Counter("followup_claimed_total", "Follow-ups that sweeps claimed because a step was due.")
ESCALATED = Counter(
    "followup_escalated_total", "Follow-ups that reached a level, by its number in the policy.", ("level",)
)

PLACED_AGAIN = Counter(
    "followup_placed_again_total", "Open follow-ups woken to be placed again after a change of a calendar."
)
POLICY_CHANGED = Counter(
    "followup_policy_changed_total", "Open follow-ups moved to another policy when one was published."
)

METRICS = (SWEEPS, SWEEP_SECONDS, CLAIMED, ESCALATED, PLACED_AGAIN, POLICY_CHANGED)


def escalated(reached: Sequence[Move]) -> Iterator[Measured]:
    """How many reached each step."""
    for step, number in Tally(move.step for move in reached).items():
        yield Measured(ESCALATED, number, {"level": str(step)})
