"""What the sender of a calendar says of it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Reading:
    """How to read a calendar.

    Args:
        person: the address of the one whose calendar it is; None: each event names them.
        every: whether each event is an absence.
        zone: that of times in UTC; None: that of the calendar.
    """

    person: str | None = None
    every: bool = False
    zone: ZoneInfo | None = None
