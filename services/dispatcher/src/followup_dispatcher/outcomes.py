"""What an attempt to deliver came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

ANSWER_LENGTH = 500


class Result(StrEnum):
    """As `delivery_attempts` keeps it."""

    SENT = "sent"
    """The other side has taken it."""
    REFUSED = "refused"
    """The other side will never take it."""
    PUT_OFF = "put_off"
    """The other side has not taken it, and may later."""
    UNKNOWN = "unknown"
    """Nobody knows whether the other side has taken it."""


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to.

    Args:
        result: which of the four.
        answer: what the other side said, or why it said nothing.
        lost: whether the connection is of no more use.
        gone: whether the other side wants nothing any more, now and ever.
        wait: for how long the other side asks to be left alone.
        everywhere: whether all that goes by the channel is to wait for so long: it was too much at once, and
            this was not tried.
    """

    result: Result
    answer: str
    lost: bool = False
    gone: bool = False
    wait: timedelta = timedelta(0)
    everywhere: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "answer", printable(self.answer))


def printable(said: str) -> str:
    """What the other side said, in one line and short."""
    return " ".join("".join(each if each.isprintable() else " " for each in said).split())[:ANSWER_LENGTH]
