"""What the API says and takes about saved views."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, field_validator
from pydantic.config import JsonDict

from followup_api.followups.due_filters import DueFilters
from followup_api.followups.facts import FactFilters
from followup_api.followups.progress_filters import ProgressFilters
from followup_api.followups.schemas import FOUND_IN, Assigned, PersonName, View, of_open_ones
from followup_api.followups.sorting import FollowUpSort
from followup_api.schemas import (
    UNTURNED,
    Changes,
    Id,
    Input,
    Schema,
    Search,
    Time,
    examples,
    storable,
    unchanged,
)
from followup_api.visible import seen

MOST_VIEWS = 100
"""Of one person: they choose from a list."""
LONGEST_NAME = 60

ViewName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(storable),
    AfterValidator(seen),
    UNTURNED,
]


class Group(StrEnum):
    """By what a list has headings."""

    ASSIGNEE = "assignee"
    SUBJECT = "subject"
    DAY = "day"
    KIND = "kind"
    PRIORITY = "priority"


class Look(StrEnum):
    """How follow-ups are laid out by day."""

    MONTH = "month"
    WEEK = "week"


class SavedFilters(FactFilters, ProgressFilters, DueFilters, Input):
    """What a list of follow-ups shows, in the words of `GET /follow-ups`."""

    view: Annotated[View, Field(strict=False)] = View.OPEN
    assignee: Assigned = "all"
    subject_id: Id | None = Field(None, description="Only those about this lead or client.")
    q: Search | None = Field(None, description=FOUND_IN)
    sort: Annotated[FollowUpSort, Field(strict=False)] | None = Field(
        None, description="As of `GET /follow-ups`."
    )
    group: Annotated[Group, Field(strict=False)] | None = Field(
        None, description="Of the page: by what open follow-ups stand under headings."
    )
    look: Annotated[Look, Field(strict=False)] | None = Field(
        None, description="Of the page: on a calendar of the present month or week, not as a list."
    )

    _of_open_ones = field_validator("sort", "group")(of_open_ones)


FILTERS: JsonDict = {"view": "overdue", "assignee": "team", "priority": "high", "group": "assignee"}
EXAMPLE: JsonDict = {
    "id": 3,
    "name": "What burns in the team",
    "shared": True,
    "owner": {"id": 2, "name": "Max Berg"},
    "may_change": False,
    "filters": FILTERS,
    "version": 1,
    "etag": '"1-5d41402a"',
    "created_at": "2026-03-02T09:00:00.250344Z",
    "updated_at": "2026-03-02T09:00:00.250344Z",
}


class SavedView(Schema, json_schema_extra=examples(EXAMPLE)):
    """A list of follow-ups under a name. Each sees only what they may; `me` and `team` mean who looks."""

    id: int
    name: str
    shared: bool = Field(description="Whether everybody has it; else its owner alone.")
    owner: PersonName
    may_change: bool = Field(description="Whether you may: it is yours, or shared and you are an admin.")
    filters: SavedFilters
    version: int
    etag: str = Field(description="For `If-Match`.")
    created_at: Time
    updated_at: Time


class SavedViewCreate(
    Input, json_schema_extra=examples({"name": "What burns in the team", "filters": FILTERS})
):
    """A view to keep."""

    name: ViewName = Field(description="Yours have different names.")
    shared: bool = Field(False, description="Whether everybody has it; managers and admins share views.")
    filters: SavedFilters


class SavedViewPatch(Changes, json_schema_extra=examples({"name": "Burning"}, {"shared": True})):
    """What to change; what is left out stays."""

    name: ViewName = Field(default_factory=unchanged)
    shared: bool = Field(default_factory=unchanged)
    filters: SavedFilters = Field(default_factory=unchanged, description="All of them.")
