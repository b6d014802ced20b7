"""The policies of a round: whom each step tells and when, as the model knows it and as the API takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

Unit = Literal["after", "working", "working_days"]
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Length:
    """A length of time: by the clock or in working time, or a number of working days."""

    unit: Unit
    amount: timedelta | int

    def written(self) -> dict[str, Any]:
        """As the API takes it."""
        if isinstance(self.amount, int):
            return {self.unit: self.amount}
        sign = "-" if self.amount < timedelta() else ""
        return {self.unit: f"{sign}PT{abs(self.amount) // SECOND}S"}


def after(length: timedelta) -> Length:
    """By the clock."""
    return Length("after", length)


def working(length: timedelta) -> Length:
    """In working time."""
    return Length("working", length)


def working_days(number: int) -> Length:
    """In working days."""
    return Length("working_days", number)


@dataclass(frozen=True)
class Rung:
    """A step.

    Attributes:
        comes: how long after the due time.
        severity: how grave it is.
        audience: whom it tells.
        every: how long after that it is told again.
        times: how often at most.
        in_hours: whether each is told in working hours of their own.
    """

    comes: Length
    severity: str
    audience: tuple[str, ...]
    every: Length | None = None
    times: int = 0
    in_hours: bool = False

    def written(self) -> dict[str, Any]:
        """As the API takes it."""
        said: dict[str, Any] = {
            **self.comes.written(),
            **{"audience": [*self.audience], "label": self.severity, "severity": self.severity},
        }
        if self.every:
            said["repeat"] = {"every": self.every.written(), "times": self.times}
        return said | ({"tell": "working_hours"} if self.in_hours else {})


Ladder = tuple[Rung, ...]


def counts(ladder: Ladder) -> bool:
    """Whether a calendar says when its steps come."""
    lengths = [length for rung in ladder for length in (rung.comes, rung.every) if length]
    return any(length.unit != "after" for length in lengths)


def _standard(*lengths: timedelta) -> Ladder:
    told = (("overdue", ("assignee",)), ("escalated", ("manager", "assignee")), ("breach", ("admins",)))
    return tuple(
        Rung(after(length), severity, audience)
        for length, (severity, audience) in zip(lengths, told, strict=True)
    )


STANDARD = _standard(timedelta(0), 48 * HOUR, 96 * HOUR)
QUICK = _standard(timedelta(0), 5 * SECOND, 10 * SECOND)
"""The second version of the standard policy: short, so that follow-ups climb it within a round."""

BOTH = ("manager", "assignee")
KEY_ACCOUNTS: dict[str, Ladder] = {
    "in seconds of work, told again each minute": (
        Rung(working(timedelta(0)), "overdue", ("assignee",)),
        Rung(working(5 * SECOND), "escalated", BOTH, after(MINUTE), 2),
        Rung(working(2 * HOUR), "breach", ("admins",)),
    ),
    "in hours of work": (
        Rung(working(timedelta(0)), "overdue", BOTH),
        Rung(working(20 * SECOND), "escalated", ("manager",)),
        Rung(working(5 * HOUR), "breach", ("admins",)),
    ),
    "at the end": (
        Rung(working(timedelta(0)), "overdue", ("assignee",)),
        Rung(working(5 * SECOND), "escalated", BOTH, working_days(1), 3),
    ),
}
"""By the assignee's calendar."""
MEETINGS: dict[str, Ladder] = {
    "each in their hours": (
        Rung(after(timedelta(0)), "overdue", ("assignee", "manager"), in_hours=True),
        Rung(working(10 * SECOND), "escalated", ("manager",)),
        Rung(working_days(1), "breach", ("admins",)),
    ),
    "with a reminder": (
        Rung(after(-10 * SECOND), "reminder", ("assignee",)),
        Rung(after(5 * SECOND), "overdue", ("manager", "assignee"), in_hours=True),
        Rung(working(3 * HOUR), "escalated", ("manager",)),
    ),
    "at the end": (
        Rung(after(timedelta(0)), "overdue", ("assignee", "manager"), in_hours=True),
        Rung(working(10 * SECOND), "escalated", ("manager",), in_hours=True),
        Rung(working_days(1), "breach", ("admins",)),
    ),
}
"""By a calendar of their own."""
AT_THE_END = "at the end"
"""With steps that come within seconds, or on another day: then it is certain at which step each is."""

LADDERS: dict[str, Ladder] = {
    "standard": STANDARD,
    "quick": QUICK,
    **{f"key accounts, {name}": ladder for name, ladder in KEY_ACCOUNTS.items()},
    **{f"meetings, {name}": ladder for name, ladder in MEETINGS.items()},
}
