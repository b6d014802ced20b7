"""Why a delivery does not begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Ended(NamedTuple):
    """A delivery that does not begin, and never will.

    Args:
        state: of the delivery from now on.
        reason: for people.
    """

    state: str
    reason: str


class Held(NamedTuple):
    """A delivery does not begin before then."""

    until: datetime


@dataclass(frozen=True)
class Stopped:
    """A delivery that was due and was not begun."""

    reason: str
