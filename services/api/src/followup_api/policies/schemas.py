"""What the API says and takes about policies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from followup_common.policy import Step
from followup_common.policy.conditions import Conditions
from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from followup_api.calendars.schemas import iso_hours
from followup_api.followups.schemas import PersonName
from followup_api.pagination import PageQuery
from followup_api.schemas import Id, Input, Line, Schema, Time, examples

MOST_STEPS = 20
MOST_TOLD = 1_000
"""People whom a publication may tell at once without their number being asked for."""

EXAMPLE: JsonDict = {
    "name": "Key accounts",
    "conditions": {"all": [{"field": "tags", "is": "has_any", "value": ["key account"]}]},
    "calendar_id": None,
    "steps": [
        {"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"},
        {
            "working": "PT8H",
            "audience": ["manager", "assignee"],
            "label": "manager",
            "severity": "escalated",
            "repeat": {"every": {"working_days": 1}, "times": 3},
        },
        {"working_days": 5, "audience": ["admins"], "label": "breach", "severity": "breach"},
    ],
}
EXAMPLE_VERSION: JsonDict = {
    **EXAMPLE,
    "id": 5,
    "version": 1,
    "published_by": {"id": 1, "name": "Ada Okafor"},
    "published_at": "2026-02-02T13:20:45Z",
}
EXAMPLE_SHOWN: JsonDict = {
    "id": 2,
    "name": "Key accounts",
    "position": 1,
    "catch_all": False,
    "current": EXAMPLE_VERSION,
    "draft": None,
    "version": 3,
    "etag": '"3-8c21f09b"',
    "created_at": "2026-01-12T08:00:00Z",
    "updated_at": "2026-02-02T13:20:45Z",
    "archived_at": None,
}


def written(value: Any) -> Any:
    """Steps as JSON, as people write them: lengths in hours, and nothing that is as it always is."""
    if isinstance(value, Step):
        return written(value.model_dump(exclude_defaults=True))
    if isinstance(value, timedelta):
        return iso_hours(value) if value else "PT0S"
    if isinstance(value, dict):
        return {name: written(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [written(each) for each in value]
    return value if isinstance(value, bool | int) or value is None else str(value)


class PolicyInput(Input):
    """All of a policy."""

    model_config = ConfigDict(json_schema_extra=examples(EXAMPLE))

    name: Line
    conditions: Conditions = Field(
        default_factory=Conditions,
        description="Which follow-ups it is for. The first policy in order whose conditions are met is the "
        "follow-up's; the last policy has none, and takes the rest.",
    )
    calendar_id: Id | None = Field(
        None, description="What its working time counts by; null: the calendar of each follow-up's assignee."
    )
    steps: list[Step] = Field(
        min_length=1, max_length=MOST_STEPS, description="In the order in which they come."
    )

    def stored(self) -> dict[str, Any]:
        """As a draft is kept."""
        return {
            "name": self.name,
            "conditions": self.conditions.stored(),
            "calendar_id": self.calendar_id,
            "steps": written(self.steps),
        }


class Publication(Input):
    """How to publish a draft."""

    model_config = ConfigDict(json_schema_extra=examples({"move_open": False}))

    move_open: bool = Field(
        False,
        description="Whether open follow-ups that get another version now move to it; else they keep the "
        "version of their run, until they get another due time or other facts.",
    )
    expected_told: int | None = Field(
        None,
        ge=0,
        description=f"How many people are told something at once; needed above {MOST_TOLD:,}.",
    )


class Order(Input):
    """In which order policies are tried."""

    model_config = ConfigDict(json_schema_extra=examples({"policies": [3, 2, 1]}))

    policies: list[Id] = Field(
        min_length=1, max_length=1_000, description="Ids of all in use; that of the last one stays the last."
    )


class PolicyContent(Schema):
    """What a draft or a version says."""

    name: str
    conditions: dict[str, Any] = Field(description="`all` and `any`, as far as there are some.")
    calendar_id: int | None
    steps: list[dict[str, Any]] = Field(description="In the form in which they are written.")


class PolicyDraft(PolicyContent):
    """What is written and not in force yet."""

    by: PersonName | None
    at: Time


class Difference(Schema):
    """What two versions say otherwise."""

    field: str = Field(description="Such as `conditions` or `steps.2`, counted from 1.", examples=["steps.2"])
    was: Any = Field(description="Null where it was not there.")
    now: Any = Field(description="Null where it is not there any more.")


class PolicyVersion(PolicyContent, json_schema_extra=examples(EXAMPLE_VERSION)):
    """What was published once; it never changes."""

    id: int
    version: int
    published_by: PersonName | None
    published_at: Time


class PastVersion(PolicyVersion):
    """A version, and what it changed."""

    differences: list[Difference] = Field(description="From the version before; empty for the first.")


class Policy(Schema, json_schema_extra=examples(EXAMPLE_SHOWN)):
    """When whom an overdue follow-up is escalated to, and which follow-ups it is for."""

    id: int
    name: str
    position: int | None = Field(description="In the order in which they are tried, from 1; null: archived.")
    catch_all: bool = Field(description="Whether it takes what no other one does: the last one.")
    current: PolicyVersion | None = Field(description="The version in force; null: none was published.")
    draft: PolicyDraft | None = Field(description="What is written and not in force yet.")
    version: int = Field(description="Counts changes.")
    etag: str = Field(description="For `If-Match`: the same as the header `ETag` of a single one.")
    created_at: Time
    updated_at: Time
    archived_at: Time | None


class PolicyDetail(Policy):
    """A policy with everything that it ever said."""

    versions: list[PastVersion] = Field(description="The newest first.")


class PolicyQuery(PageQuery):
    """Which policies to list."""

    archived: bool = Field(False, description="Those that are archived, instead of those in use.")
