"""Whom a step tells, by its name in a policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


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


@dataclass(frozen=True, slots=True)
class OneUser:
    """A certain person, no matter who the assignee is."""

    id: int

    def __str__(self) -> str:
        return f"user({self.id})"


@dataclass(frozen=True, slots=True)
class Managers:
    """All active people with the role manager."""

    def __str__(self) -> str:
        return "role(manager)"


ASSIGNEE, MANAGER, ADMINS, MANAGERS = OnTheLine(0), OnTheLine(1), Admins(), Managers()
_NAMED = {str(audience): audience for audience in (ASSIGNEE, MANAGER, ADMINS, MANAGERS)}
_NAMED["role(admin)"] = ADMINS
_ABOVE = re.compile(r"manager\(([1-9])\)")
_USER = re.compile(r"user\(([1-9][0-9]{0,17})\)")


def audience_of(given: object) -> object:
    """Read an audience by its name.

    `assignee`, `manager`, `manager(2)` (the manager's manager), `admins`, `user(7)` (the person with this
    id), `role(manager)` and `role(admin)` (all active people with this role; the latter are the admins).

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(given, OnTheLine | Admins | OneUser | Managers):
        return given
    if isinstance(given, str) and (above := _ABOVE.fullmatch(given)):
        return OnTheLine(int(above[1]))
    if isinstance(given, str) and (user := _USER.fullmatch(given)):
        return OneUser(int(user[1]))
    if not isinstance(given, str) or given not in _NAMED:
        raise ValueError(
            "expected assignee, manager, manager(2) up to manager(9), admins, user(ID) such as user(7), "
            "role(manager) or role(admin)"
        )
    return _NAMED[given]


AUDIENCE_PATTERN = rf"^(assignee|manager|admins|role\((admin|manager)\)|{_ABOVE.pattern}|{_USER.pattern})$"
"""Of every name of an audience, for the documents."""

Audience = Annotated[
    OnTheLine | Admins | OneUser | Managers,
    BeforeValidator(audience_of),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": AUDIENCE_PATTERN, "examples": ["manager", "user(7)"]}),
]
"""Who a step tells; in JSON by its name."""
