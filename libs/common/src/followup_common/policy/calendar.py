"""Which time counts towards the steps of a policy."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Calendar(Protocol):
    """Counts time."""

    def add(self, at: datetime, time: timedelta) -> datetime:
        """The instant at which this much time has passed since `at` (aware), as the calendar counts it."""


class AlwaysOpen:
    """Every hour of every day counts."""

    def add(self, at: datetime, time: timedelta) -> datetime:
        """So much later by the clock."""
        return at + time


ALWAYS_OPEN = AlwaysOpen()
