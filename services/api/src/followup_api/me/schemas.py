"""Who is logged in, what they change about themselves, and where else they are logged in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic.config import JsonDict

from followup_api.auth.passwords import MAX_LENGTH
from followup_api.permissions import Permission
from followup_api.preferences import Clock, DateOrder, WeekStart
from followup_api.roles import Role
from followup_api.schemas import Changes, Input, Line, Schema, Time, examples, unchanged
from followup_api.users.schemas import Password, TimeZone

ADA: JsonDict = {
    "id": 42,
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "role": "manager",
    "manager_id": 7,
    "active": True,
    "time_zone": "Europe/London",
    "clock": "24h",
    "date_order": "day-month",
    "week_start": "monday",
    "permissions": ["escalations:read", "follow-ups:read", "follow-ups:write"],
}
SESSION: JsonDict = {
    "id": 7,
    "created_at": "2026-03-02T08:00:00Z",
    "last_used_at": "2026-03-31T09:00:00Z",
    "expires_at": "2026-04-14T09:00:00Z",
    "address": "192.0.2.7",
    "browser": "Firefox on Windows",
    "current": True,
}
NEW_PASSWORD: JsonDict = {
    "current_password": "correct horse battery staple",
    "new_password": "seven purple lamps hum",
}


class Me(Schema, json_schema_extra=examples(ADA)):
    """The person who is logged in, and what they may do."""

    id: int
    email: str
    name: str
    role: Role
    manager_id: int | None
    active: bool
    time_zone: str
    clock: Clock = Field(description="Whether times are written as 14:30 or as 2:30 PM for them.")
    date_order: DateOrder = Field(
        description="Whether dates are written as 3 March or as March 3 for them; typed ones are read so too."
    )
    week_start: WeekStart = Field(description="With which day their weeks begin.")
    permissions: list[Permission]


ME_CHANGES_EXAMPLE: JsonDict = {"time_zone": "Europe/London"}


class MeChanges(Changes, json_schema_extra=examples(ME_CHANGES_EXAMPLE)):
    """What to change about oneself; what is absent stays. Admins change the rest."""

    name: Line = Field(default_factory=unchanged)
    time_zone: TimeZone = Field(default_factory=unchanged)
    clock: Clock = Field(default_factory=unchanged)
    date_order: DateOrder = Field(default_factory=unchanged)
    week_start: WeekStart = Field(default_factory=unchanged)


class PasswordChange(Input, json_schema_extra=examples(NEW_PASSWORD)):
    """The password until now, and the one from now on."""

    current_password: Annotated[SecretStr, Field(min_length=1, max_length=MAX_LENGTH)]
    new_password: Password


class Session(Schema, json_schema_extra=examples(SESSION)):
    """A browser in which one is logged in."""

    id: int
    created_at: Time = Field(description="When one logged in.")
    last_used_at: Time = Field(description="To ten minutes.")
    expires_at: Time = Field(
        description="Unless it is used before, and never later than 90 days from the log-in."
    )
    address: str | None = Field(description="From where it was last used.")
    browser: str | None = Field(description="As it names itself.")
    current: bool = Field(description="Whether it is the one of this request.")
