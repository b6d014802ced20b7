"""Policies and their steps, as stored in `policy_versions.steps`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """Somebody on the assignee's reporting line.

    Attributes:
        height: how many above the assignee; 0 is the assignee.
    """

    height: int

    def __str__(self) -> str:
        named = ("assignee", "manager")
        return named[self.height] if self.height < len(named) else f"manager({self.height})"


@dataclass(frozen=True, slots=True)
class Admins:
    """All active admins."""

    def __str__(self) -> str:
        return "admins"


ASSIGNEE, MANAGER, ADMINS = OnTheLine(0), OnTheLine(1), Admins()
_NAMED = {str(audience): audience for audience in (ASSIGNEE, MANAGER, ADMINS)}
_ABOVE = re.compile(r"manager\(([1-9])\)")


def audience_of(given: object) -> object:
    """Read an audience by its name: `assignee`, `manager`, `manager(2)` (the manager's manager), `admins`.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(given, OnTheLine | Admins):
        return given
    if isinstance(given, str) and (above := _ABOVE.fullmatch(given)):
        return OnTheLine(int(above[1]))
    if not isinstance(given, str) or given not in _NAMED:
        raise ValueError("expected assignee, manager, manager(2) up to manager(9), or admins")
    return _NAMED[given]


Audience = Annotated[OnTheLine | Admins, BeforeValidator(audience_of), PlainSerializer(str, return_type=str)]
"""Who a step tells; in JSON by its name."""


YEAR = timedelta(days=366)
MICROSECOND = timedelta(microseconds=1)


def _duration(value: object) -> object:
    """A number would be taken for seconds, where somebody meant hours."""
    if not isinstance(value, timedelta) and not (isinstance(value, str) and value.startswith(("P", "-P"))):
        raise ValueError("expected an ISO 8601 duration, such as PT48H, or -PT8H for a time before due")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Severity(StrEnum):
    """How grave it is that a follow-up has reached a step."""

    REMINDER = "reminder"
    """It is not overdue yet."""
    OVERDUE = "overdue"
    """Its assignee has not done it."""
    ESCALATED = "escalated"
    """Somebody beyond the assignee is to see to it."""
    BREACH = "breach"
    """What was agreed is broken."""


class Step(BaseModel):
    """One step of a policy: this long overdue, tell this audience. It counts in one of three units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Duration | None = Field(
        None,
        ge=-YEAR,
        description="Time since due, by the clock; negative before it. ISO 8601 duration in JSON.",
    )
    working: Duration | None = Field(
        None,
        ge=-YEAR,
        le=YEAR,
        description="Time since due that lies in working hours; negative before it. ISO 8601 duration.",
    )
    working_days: int | None = Field(
        None,
        ge=-366,
        le=366,
        strict=True,
        description="Working days since due, at the same time of day; negative before it.",
    )
    audience: tuple[Audience, ...] = Field(min_length=1)
    label: str = Field(min_length=1, max_length=50)
    severity: Severity

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if sum(length is not None for length in (self.after, self.working, self.working_days)) != 1:
            raise ValueError(
                f"step {self.label!r} says when it comes in one of after (PT48H), working (PT16H) and "
                "working_days (2): give exactly one of them"
            )
        if self.is_before_due and self.severity is not Severity.REMINDER:
            raise ValueError(
                f"step {self.label!r} comes before due, when nothing is overdue: its severity is reminder"
            )
        return self

    @property
    def length(self) -> tuple[Literal["after", "working", "working_days"], int]:
        """The unit in which it counts, and how much: microseconds, or days."""
        if self.after is not None:
            return "after", self.after // MICROSECOND
        if self.working is not None:
            return "working", self.working // MICROSECOND
        return "working_days", self.working_days or 0

    @property
    def is_before_due(self) -> bool:
        """Whether it reminds of what is to come."""
        return self.length[1] < 0


class Policy(BaseModel):
    """The steps of one policy version, in the order of time. Never changed once stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        """In each unit; what comes first of different units depends on the calendar and the day."""
        for number, later in enumerate(self.steps):
            for earlier in self.steps[:number]:
                if not _may_follow(earlier, later):
                    raise ValueError(
                        f"step {number + 1}, {later.label!r}, must come later than {earlier.label!r}: give "
                        "it a longer time, or move it up"
                    )
        return self

    def severity(self, step: int) -> Severity | None:
        """That of a step, by its number from 1; None before the first."""
        return self.steps[step - 1].severity if step else None


def _may_follow(earlier: Step, later: Step) -> bool:
    (unit, length), (other_unit, other_length) = earlier.length, later.length
    if unit == other_unit:
        return length < other_length
    return earlier.is_before_due or not later.is_before_due


STANDARD = Policy(
    steps=(
        Step(after=timedelta(0), audience=(ASSIGNEE,), label="employee", severity=Severity.OVERDUE),
        Step(
            after=timedelta(hours=48),
            audience=(MANAGER, ASSIGNEE),
            label="manager",
            severity=Severity.ESCALATED,
        ),
        Step(after=timedelta(hours=96), audience=(ADMINS,), label="admin", severity=Severity.BREACH),
    )
)
"""The policy that every installation begins with, as the first migration stores it."""
