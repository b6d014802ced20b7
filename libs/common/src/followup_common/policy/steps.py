"""Policies and their steps, as stored in `policy_versions.steps`."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

AUDIENCE = re.compile(r"^(assignee|manager(\([1-9]\))?|admins)$")


def _known_audience(value: str) -> str:
    if not AUDIENCE.match(value):
        raise ValueError("expected assignee, manager, manager(2) up to manager(9), or admins")
    return value


Audience = Annotated[str, AfterValidator(_known_audience)]
"""Who a step tells: `assignee`, `manager`, `manager(2)` (the manager's manager) or `admins`."""


def _duration(value: object) -> object:
    """A number would be taken for seconds, where somebody meant hours."""
    if not isinstance(value, timedelta) and not (isinstance(value, str) and value.startswith("P")):
        raise ValueError("expected an ISO 8601 duration, such as PT48H")
    return value


class Step(BaseModel):
    """One step of a policy: `after` this long overdue, tell this audience."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Annotated[timedelta, BeforeValidator(_duration)] = Field(
        ge=timedelta(0), description="Time since due; ISO 8601 duration in JSON."
    )
    audience: tuple[Audience, ...] = Field(min_length=1)
    label: str = Field(min_length=1, max_length=50)
    sla_breach: Annotated[bool, Strict()] = False


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


STANDARD = Policy(
    steps=(
        Step(after=timedelta(0), audience=("assignee",), label="employee"),
        Step(after=timedelta(hours=48), audience=("manager", "assignee"), label="manager"),
        Step(after=timedelta(hours=96), audience=("admins",), label="admin", sla_breach=True),
    )
)
"""The default policy, "standard": design, section 4."""
