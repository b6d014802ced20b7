"""What Prometheus learns of notifications."""

from __future__ import annotations

from collections.abc import Mapping

from followup_common.metrics import Counter, Measured

NOTIFIED = Counter(
    "followup_notified_total", "Notifications written, by the level that they announce.", ("level",)
)
SUPERSEDED = Counter(
    "followup_superseded_total", "Escalations not announced: a later level had been reached meanwhile."
)
UNROUTABLE = Counter("followup_unroutable_escalations_total", "Escalations that found nobody active to tell.")

TOLD = Counter(
    "followup_policy_told_total",
    "Escalations announced, by policy and severity; beyond 20 policies as (others).",
    ("policy", "severity"),
    invented="policy",
)

METRICS = (NOTIFIED, SUPERSEDED, UNROUTABLE, TOLD)


def notified(by_step: Mapping[int, int]) -> list[Measured]:
    """How many notifications announce each level."""
    return [Measured(NOTIFIED, number, {"level": str(step)}) for step, number in by_step.items()]
