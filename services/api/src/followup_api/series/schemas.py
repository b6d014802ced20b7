"""What the API says and takes about follow-ups that come again."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from followup_common.policy.conditions import Priority
from followup_common.policy.recurrence import Recurrence
from pydantic import Field
from pydantic.config import JsonDict

from followup_api.calendars.schemas import TimeOfDay
from followup_api.fields import Notes, SaneTime
from followup_api.followups.facts import KIND, TAGS, KindName, Tags, Value, ValueShown
from followup_api.followups.policy_change_schemas import ClockChoice
from followup_api.followups.schemas import Reason, SubjectInput
from followup_api.pagination import PageQuery
from followup_api.schemas import Changes, Id, Input, Line, Schema, Time, examples, unchanged
from followup_api.series.repeats import RULE_EXAMPLE, Repeats

SHOWN_DATES = 10


class RepeatsShown(Recurrence):
    """When a follow-up comes again."""

    at: TimeOfDay
    time_zone: str
    starts_on: date = Field(description="The day from which the rule counts.")


class SeriesPreviewInput(
    Input, json_schema_extra=examples({"repeats": RULE_EXAMPLE, "due_at": "2026-03-02T08:00:00Z"})
):
    """A rule, and its first follow-up."""

    repeats: Repeats
    due_at: SaneTime = Field(description="When the first one is due.")
    assignee_id: Id | None = Field(None, description="Whose it would be; without it, the caller's.")


class SeriesPreview(Schema):
    """What a rule means."""

    summary: str = Field(description="In words.", examples=["Every 2 weeks on Monday and Thursday at 09:00"])
    due_at: list[Time] = Field(
        description="The next ten times, the first one among them, if each is done on its day."
    )


class SeriesStart(Input, json_schema_extra=examples({"repeats": RULE_EXAMPLE})):
    """That a follow-up comes again."""

    repeats: Repeats


SERIES_EXAMPLE: JsonDict = {
    "id": 4,
    "title": "Call Acme",
    "notes": "",
    "assignee_id": 3,
    "subject_id": 7,
    "kind": "call",
    "priority": "normal",
    "tags": [],
    "value": None,
    "repeats": {
        **RULE_EXAMPLE,
        "day": None,
        "nth": None,
        "weekday": None,
        "counted_from": "calendar",
        "until": None,
        "count": None,
        "at": "09:00",
        "time_zone": "Europe/Berlin",
        "starts_on": "2026-03-02",
    },
    "summary": "Every 2 weeks on Monday and Thursday at 09:00",
    "open_id": 42,
    "open_due_at": "2026-03-02T08:00:00Z",
    "upcoming": ["2026-03-05T08:00:00Z"],
    "made": 1,
    "missed": 0,
    "ended_at": None,
    "may_change": True,
    "version": 1,
    "etag": '"1-5d41402a"',
    "created_at": "2026-02-20T15:31:07Z",
    "updated_at": "2026-02-20T15:31:07Z",
}


class Series(Schema, json_schema_extra=examples(SERIES_EXAMPLE)):
    """A follow-up that comes again: what the next one has, and when."""

    id: int
    title: str
    notes: str
    assignee_id: int
    subject_id: int | None
    kind: str = Field(description=f"What is to be done. {KIND}")
    priority: Priority
    tags: list[str]
    value: ValueShown | None
    repeats: RepeatsShown
    summary: str = Field(description="The rule in words.")
    open_id: int | None = Field(description="The one that is open; null: the series has ended.")
    open_due_at: Time | None
    upcoming: list[Time] = Field(
        description="When those after the open one come, if each is done on its day; at most ten."
    )
    made: int = Field(description="How many there were since the rule was last changed, with the open one.")
    missed: int = Field(description="How many dates passed while one was open; they are not made up for.")
    ended_at: Time | None = Field(description="Since when none comes after the open one; null: they go on.")
    may_change: bool = Field(
        description="Whether you may change it, and not only see it: it is yours, or of somebody below you."
    )
    version: int
    etag: str
    created_at: Time
    updated_at: Time


class SeriesQuery(PageQuery):
    """Which series to list."""

    ended: bool = Field(False, description="Also those that have ended.")


class SeriesPatch(
    Changes, ClockChoice, json_schema_extra=examples({"title": "Call Acme", "apply": "following"})
):
    """What to change of a series; what is left out stays."""

    apply: Literal["following", "all"] = Field(
        "following",
        description="`following`: the open one and those that come after it; `all`: also what is said of "
        "those that are completed, the latest 1,000.",
    )
    title: Line = Field(default_factory=unchanged)
    notes: Notes = Field(default_factory=unchanged)
    subject: SubjectInput | None = Field(
        default_factory=unchanged, description="Null: they are about nobody in particular."
    )
    assignee_id: Id = Field(default_factory=unchanged)
    kind: KindName = Field(default_factory=unchanged, description=KIND)
    priority: Priority = Field(default_factory=unchanged)
    tags: Tags = Field(default_factory=unchanged, description=f"All of them. {TAGS}")
    value: Value | None = Field(default_factory=unchanged)
    repeats: Repeats = Field(
        default_factory=unchanged,
        description="Another rule, which counts from the open one; that stays as it is.",
    )

    reason: Reason | None = Field(None, description="Why the clock of the open one starts over.")

    def changes(self) -> dict[str, Any]:
        """Only the fields of the follow-ups that were sent."""
        return self.model_dump(exclude_unset=True, exclude={"apply", "repeats", *_ABOUT_THE_CLOCK})

    def clock(self) -> dict[str, Any]:
        """What is to happen where another policy would apply to the open one."""
        return self.model_dump(exclude_unset=True, include=_ABOUT_THE_CLOCK)


_ABOUT_THE_CLOCK = {"reason", *ClockChoice.model_fields}
