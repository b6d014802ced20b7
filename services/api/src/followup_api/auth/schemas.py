"""Logging in, and who is logged in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, SecretStr
from pydantic.config import JsonDict

from followup_api.auth.passwords import MAX_LENGTH
from followup_api.permissions import Permission
from followup_api.schemas import Input, Schema

LOG_IN: JsonDict = {"email": "ada@example.com", "password": "correct horse battery staple"}
ADA: JsonDict = {
    "id": 42,
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "role": "manager",
    "manager_id": 7,
    "active": True,
    "time_zone": "Europe/London",
    "permissions": ["escalations:read", "follow-ups:read", "follow-ups:write"],
}


class LogIn(Input):
    """An e-mail address and a password."""

    model_config = ConfigDict(json_schema_extra={"examples": [LOG_IN]})

    email: Annotated[str, Field(min_length=1, max_length=254)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=MAX_LENGTH)]


class Me(Schema):
    """The person who is logged in, and what they may do."""

    model_config = ConfigDict(json_schema_extra={"examples": [ADA]})

    id: int
    email: str
    name: str
    role: Literal["employee", "manager", "admin"]
    manager_id: int | None
    active: bool
    time_zone: str
    permissions: list[Permission]
