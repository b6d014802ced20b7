"""What the API says and takes about leads and clients."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from followup_api.fields import Link
from followup_api.followups.schemas import EXAMPLE_FOLLOW_UP, EXAMPLE_SUBJECT, FollowUp, SubjectRef
from followup_api.pagination import PageQuery
from followup_api.schemas import Input, Line, Search, Time


class SubjectQuery(PageQuery):
    """What leads and clients to list."""

    q: Search | None = Field(None, description="Found in the name or the external id, whatever its case.")
    kind: Literal["lead", "client"] | None = None


class Subject(SubjectRef):
    """A lead or client, and what is planned for it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {**EXAMPLE_SUBJECT, "created_at": "2026-01-12T08:00:00Z", "open": 2, "overdue": 1},
            ]
        }
    )

    created_at: Time
    open: int = Field(description="Open follow-ups that the caller may see.")
    overdue: int = Field(description="How many of them are overdue.")


class SubjectDetails(Subject):
    """A lead or client with its follow-ups."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **EXAMPLE_SUBJECT,
                    "created_at": "2026-01-12T08:00:00Z",
                    "open": 1,
                    "overdue": 1,
                    "has_open": True,
                    "follow_ups": [EXAMPLE_FOLLOW_UP],
                }
            ]
        }
    )

    has_open: bool = Field(
        description="Whether anybody has an open follow-up on it, seen by the caller or not."
    )
    follow_ups: list[FollowUp] = Field(
        description="The first 50 that the caller may see: open ones first, most overdue first."
    )


class SubjectCreate(Input):
    """A new lead or client."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "lead", "name": "Globex", "url": "https://globex.example"}]}
    )

    kind: Literal["lead", "client"]
    name: Line
    external_id: Line | None = Field(None, description="Unique among leads, and among clients.")
    url: Link | None = None
