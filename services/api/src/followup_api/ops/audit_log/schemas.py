"""The audit log as admins read it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.audit import Action
from followup_api.fields import SaneTime
from followup_api.pagination import PageQuery
from followup_api.schemas import Id, Schema, Search, Time, examples

EXAMPLE: JsonDict = {
    "id": 512,
    "at": "2026-03-31T09:00:00Z",
    "action": "user.changed",
    "summary": "Ada Okafor made Amir Patel a manager",
    "actor_id": 7,
    "target": "users/42",
    "address": "192.0.2.17",
    "request_id": "8c0f8a3b5f6e4f0c9d53c7c1d5a0b7e2",
    "details": {"role": {"from": "employee", "to": "manager"}},
}


class AuditKind(StrEnum):
    """What an entry is about."""

    LOG_INS = "log-ins"
    PEOPLE = "people"
    TOKENS = "tokens"
    FOLLOW_UPS = "follow-ups"
    OPERATIONS = "operations"
    OTHER_THAN_LOG_INS = "other-than-log-ins"


class AuditEntry(Schema, json_schema_extra=examples(EXAMPLE)):
    """Something that somebody did."""

    id: int
    at: Time
    action: str = Field(description="Names what was done; newer versions may add names.")
    summary: str = Field(description="What was done, as a sentence; people have the names of today.")
    actor_id: int | None = Field(description="Who did it; null when nobody was known.")
    target: str | None = Field(description="What it was done to, such as `users/42`.")
    address: str | None = Field(description="The network address that the request came from.")
    request_id: str | None = Field(description="Finds the log lines about it.")
    details: dict[str, Any]


class AuditQuery(PageQuery):
    """Which entries to list."""

    kind: AuditKind | None = Field(
        None, description="Only what is about this; `other-than-log-ins`: about all else."
    )
    person_id: Id | None = Field(None, description="Only what this person did, or was done to them.")
    since: SaneTime | None = Field(None, description="Only from this time on.")
    until: SaneTime | None = Field(None, description="Only before this time.")
    action: Action | None = Field(None, description="Only this action.")
    actor_id: Id | None = Field(None, description="Only what this person did.")
    target: Search | None = Field(None, description="Only what was done to this, such as `users/42`.")
