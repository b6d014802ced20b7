"""Why a delivery does not begin."""

from __future__ import annotations

from typing import NamedTuple


class Ended(NamedTuple):
    """A delivery that does not begin, and never will.

    Args:
        state: of the delivery from now on.
        reason: for people.
    """

    state: str
    reason: str
