"""What holds an escalation: acknowledging, snoozing, and waiting. Each always ends by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Pause = tuple[datetime, datetime]
"""From when to when the clock stands (UTC)."""


class HoldKind(StrEnum):
    """What a hold promises."""

    ACKNOWLEDGE = "acknowledge"
    """Somebody has it: the next step is held for a time."""
    SNOOZE = "snooze"
    """Somebody is reminded later: what tells others goes on."""
    WAIT = "wait"
    """It is somebody else's turn: the clock stands."""


@dataclass(frozen=True, slots=True)
class Held:
    """Up to when something is held, and since which step."""

    until: datetime
    step: int


@dataclass(frozen=True, slots=True)
class Holds:
    """What holds the run of one follow-up, as its state keeps it.

    Attributes:
        pauses: during which the clock stood, or stands, in their order.
        acknowledged: the step behind this one is held.
        snoozes: who is not reminded of a step, by their ids.
    """

    pauses: tuple[Pause, ...] = ()
    acknowledged: Held | None = None
    snoozes: Mapping[int, Held] = field(default_factory=dict)

    def waits_until(self, present: datetime) -> datetime | None:
        """When the clock goes on; None: it does not stand."""
        return self.pauses[-1][1] if self.pauses and present < self.pauses[-1][1] else None

    def since(self, anchor: datetime) -> list[Pause]:
        """The pauses behind an instant, without what lies before it."""
        return [(max(begins, anchor), ends) for begins, ends in self.pauses if ends > anchor]

    def silenced(self, step: int, now: datetime) -> frozenset[int]:
        """Who does not want to be reminded of a step now. A later one than they have snoozed tells them."""
        return frozenset(
            user_id for user_id, held in self.snoozes.items() if held.step >= step and now < held.until
        )


def holds_of(stored: Mapping[str, Any] | None, run: int) -> Holds | None:
    """Read what a state keeps; None where nothing holds it, as it is with nearly all.

    Args:
        stored: its column `holds`.
        run: its run. Numbers of steps are those of a policy: they say nothing in a run of another one.
    """
    if stored is None:
        return None
    acknowledged = stored.get("acknowledged")
    return Holds(
        tuple((_instant(begins), _instant(ends)) for begins, ends in stored.get("pauses", ())),
        _held(acknowledged) if acknowledged and acknowledged["run"] == run else None,
        {each["user_id"]: _held(each) for each in stored.get("snoozes", ()) if each["run"] == run},
    )


def _held(stored: Mapping[str, Any]) -> Held:
    return Held(_instant(stored["until"]), stored["step"])


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
