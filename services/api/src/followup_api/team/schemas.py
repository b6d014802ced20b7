"""What the API says about how the people of a team are doing."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.followups.schemas import Assignee, WorkingOverdue
from followup_api.pagination import Page, PageQuery
from followup_api.schemas import Id, Schema, Time, examples


class Sort(StrEnum):
    """By what people are put in order."""

    NAME = "name"
    OPEN = "open"
    OVERDUE = "overdue"
    OLDEST = "oldest"
    ESCALATED = "escalated"
    MOVED = "moved"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    DONE = "done"
    ON_TIME = "on_time"
    AWAY = "away"


class TeamQuery(PageQuery):
    """Whose figures, and in which order."""

    of: Id | None = Field(
        None,
        description="Whose team: you, or somebody below you. Without it your own, for an admin the company.",
    )
    depth: Literal["direct", "all"] = Field(
        "direct",
        description="`direct`: those who report to that person, of the company those who report to nobody or "
        "to you; `all`: everyone below them.",
    )
    sort: Sort = Field(
        Sort.NAME,
        description="By a figure only up to 100 people are put in order. Those who have none come last: with "
        "`oldest`, who has nothing overdue; with `on_time`, who has completed nothing; with `away`, who is "
        "there.",
    )
    order: Literal["asc", "desc"] = "asc"


class Oldest(Schema):
    """What has been overdue for longest."""

    id: int
    due_at: Time
    hours_overdue: float
    working_overdue: WorkingOverdue | None = Field(
        description="The same by the calendar that applies; null: none does."
    )


class Kept(Schema):
    """How many follow-ups were completed this month, and how many of them by the time they were due."""

    completed: int
    on_time: int
    share: float | None = Field(description="From 0 to 1; null: nothing was completed.")


class Trend(Schema):
    """How the last 12 weeks went, the present one last."""

    done: list[int] = Field(description="Completed in each.")
    overdue: list[int] = Field(
        description="Overdue at the end of each, of the present one now, by the times at which they are due "
        "now."
    )


MEMBER_EXAMPLE: JsonDict = {
    "person": {"id": 3, "name": "Amir Patel", "email": "amir.patel@example.com", "active": True},
    "reports": 0,
    "away_until": None,
    "open": 31,
    "overdue": 4,
    "oldest": {"id": 42, "due_at": "2026-03-02T09:00:00Z", "hours_overdue": 51.25, "working_overdue": None},
    "escalated": 2,
    "moved": 3,
    "moves": 7,
    "waiting": 1,
    "snoozed": 0,
    "done": 12,
    "month": {"completed": 40, "on_time": 36, "share": 0.9},
    "trend": {
        "done": [9, 11, 0, 14, 12, 10, 13, 12, 8, 15, 11, 12],
        "overdue": [1, 0, 2, 1, 1, 0, 3, 2, 4, 3, 5, 4],
    },
}


class Member(Schema, json_schema_extra=examples(MEMBER_EXAMPLE)):
    """How somebody is doing, by their own follow-ups. Each number is that of a list (`GET /follow-ups`)."""

    person: Assignee
    reports: int = Field(description="How many people report to them.")
    away_until: date | None = Field(description="The last day of the absence that they are on now.")
    open: int = Field(description="As many as `view=open` lists.")
    overdue: int = Field(description="As many as `view=overdue` lists.")
    oldest: Oldest | None = Field(description="The first one that `view=overdue` lists.")
    escalated: int = Field(description="As many as `view=open&severity_min=escalated` lists.")
    moved: int = Field(description="Open ones that got another due time: `view=open&moved_min=1`.")
    moves: int = Field(description="How often these were moved, together.")
    waiting: int = Field(description="As many as `view=open&held=waiting` lists.")
    snoozed: int = Field(description="As many as `view=open&held=snoozed` lists.")
    done: int = Field(
        description="This week: `view=completed&completed_from=…`, the `week_from` of the answer."
    )
    month: Kept = Field(
        description="This month: `view=completed&completed_from=…`, the `month_from` of the answer, and with "
        "`on_time=true`."
    )
    trend: Trend


class Team(Page[Member]):
    """A page of a team, of one moment."""

    people: int = Field(description="How many there are on all pages.")
    as_of: Time
    weeks: list[Time] = Field(description="When each week of the trends began.")
    week_from: Time = Field(description="When this week began where you are, by your first day of the week.")
    month_from: Time = Field(description="When this month began where you are.")
