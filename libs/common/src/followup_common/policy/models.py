"""Policies and their steps, as stored in `policy_versions.steps`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

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


def _duration(value: object) -> object:
    """A number would be taken for seconds, where somebody meant hours."""
    if not isinstance(value, timedelta) and not (isinstance(value, str) and value.startswith("P")):
        raise ValueError("expected an ISO 8601 duration, such as PT48H")
    return value


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
    """One step of a policy: `after` this long overdue, tell this audience."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Annotated[timedelta, BeforeValidator(_duration)] = Field(
        ge=timedelta(0), description="Time since due; ISO 8601 duration in JSON."
    )
    audience: tuple[Audience, ...] = Field(min_length=1)
    label: str = Field(min_length=1, max_length=50)
    severity: Severity


class Policy(BaseModel):
    """The steps of one policy version, in the order of time. Never changed once stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        for earlier, later in pairwise(self.steps):
            if later.after <= earlier.after:
                raise ValueError(f"step {later.label!r} must come later than {earlier.label!r}")
        return self

    def severity(self, step: int) -> Severity | None:
        """That of a step, by its number from 1; None before the first."""
        return self.steps[step - 1].severity if step else None


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
