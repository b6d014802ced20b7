"""What the API says and takes about policies."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal, Self

from followup_common.policy import HoldRules, Severity, Step
from followup_common.policy.conditions import Conditions
from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from followup_api.calendars.schemas import iso_hours
from followup_api.fields import SaneTime
from followup_api.followups.schemas import PersonName
from followup_api.pagination import PageQuery
from followup_api.schemas import Id, Input, Line, Schema, Time, examples

MOST_STEPS = 20
MOST_EXAMPLES = 20
MOST_TOLD = 1_000
"""People whom a publication may tell at once without their number being asked for."""

OVERDUE: JsonDict = {"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"}
EXAMPLE: JsonDict = {
    "name": "Key accounts",
    "conditions": {"all": [{"field": "tags", "is": "has_any", "value": ["key account"]}]},
    "calendar_id": None,
    "steps": [
        OVERDUE,
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
    if isinstance(value, Step | HoldRules):
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

    holds: HoldRules = Field(
        default_factory=HoldRules,
        description="How far people may hold what is on it: acknowledge, snooze, and let wait.",
    )

    def stored(self) -> dict[str, Any]:
        """As a draft is kept."""
        return {
            "name": self.name,
            "conditions": self.conditions.stored(),
            "calendar_id": self.calendar_id,
            "holds": written(self.holds),
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
        description="How many people moving open follow-ups tells something (`by_moving` of a simulation); "
        f"needed above {MOST_TOLD:,}.",
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
    holds: dict[str, Any] = Field(
        default_factory=dict,
        description="How far people may hold what is on it; what is left out is as by default.",
    )
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


EXAMPLE_LADDER: JsonDict = {
    "due_at": "2026-11-27T11:00:00Z",
    "calendar_id": None,
    "steps": [{**OVERDUE, "repeat": {"every": {"after": "PT24H"}, "times": 2}}],
}


class LadderInput(Input):
    """Steps, and when the follow-up would be due whose steps they are."""

    model_config = ConfigDict(json_schema_extra=examples(EXAMPLE_LADDER))

    due_at: SaneTime
    calendar_id: Id | None = Field(
        None, description="What working time counts by; null: every hour of every day."
    )
    steps: list[Step] = Field(min_length=1, max_length=MOST_STEPS, description="As those of a policy.")


class Coming(Schema):
    """A step or a repeat of it, and when it comes."""

    step: int = Field(description="Its number, from 1.")
    repeat: int = Field(description="Which repeat of the step, from 1; 0: the step itself.")
    at: Time


EXAMPLE_COMES: JsonDict = {
    "comes": [
        {"step": 1, "repeat": 0, "at": "2026-11-27T11:00:00Z"},
        {"step": 1, "repeat": 1, "at": "2026-11-28T11:00:00Z"},
        {"step": 1, "repeat": 2, "at": "2026-11-29T11:00:00Z"},
    ],
    "turns": [],
}


class Turn(Schema):
    """A step that would come before one above it, had it not to wait for that."""

    step: int
    above: int = Field(description="Number of the step with which it comes.")
    due_at: list[Time] = Field(description="On which days of the week from `due_at` on, at the same time.")


class Ladder(Schema, json_schema_extra=examples(EXAMPLE_COMES)):
    """Steps and their repeats on real days."""

    comes: list[Coming] = Field(
        description="In their order, as far as the calendar has been worked out: what is left out is later."
    )
    turns: list[Turn] = Field(
        description="Steps whose order by the clock is another one than in the policy, as those in hours and "
        "those in working time may be, by the day on which the follow-up is due."
    )


class Window(StrEnum):
    """How far to look: ahead, with the follow-ups that are open; or back, at what happened."""

    NOW = "now"
    NEXT_14_DAYS = "next_14_days"
    LAST_90_DAYS = "last_90_days"


class SimulationInput(Input):
    """Which policies to look ahead with: those in force, with one more or one changed; or others."""

    model_config = ConfigDict(json_schema_extra=examples({"policy": EXAMPLE, "window": "next_14_days"}))

    policy: PolicyInput | None = Field(None, description="In place of `policy_id`, or one more.")
    policy_id: Id | None = Field(None, description="Whose place `policy` takes; null: it would be a new one.")
    policies: list[PolicyInput] | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="All policies in order, in place of those in force; the last one is for everything.",
    )
    window: Window = Field(Window.NEXT_14_DAYS, strict=False)

    @model_validator(mode="after")
    def _one_or_all(self) -> Self:
        if self.policies is not None and (self.policy is not None or self.policy_id is not None):
            raise ValueError("needs either `policy` or `policies`: give one of them")
        if self.policy_id is not None and self.policy is None:
            raise ValueError("needs `policy` beside `policy_id`: what it would say")
        return self


UNCOUNTED = "How many of them are left out, because their calendar cannot be counted by."


class DayCount(Schema):
    """How much is told on a day."""

    date: date
    count: int


class StepCount(Schema):
    """How often a step is told."""

    policy: str
    step: int
    label: str
    severity: Severity
    count: int


class PersonCount(Schema):
    """How much somebody is told."""

    user: PersonName
    count: int
    by_day: list[DayCount]


class Amount(Schema):
    """How many notifications there would be."""

    tells: int
    people: int = Field(description="How many people would get some.")


class Simulation(Schema):
    """What would be told if all open follow-ups moved to the policies that they would get."""

    window: Literal[Window.NOW, Window.NEXT_14_DAYS]
    since: Time
    until: Time
    follow_ups: int = Field(description="Open ones that were looked at.")
    uncounted: int = Field(description=UNCOUNTED)
    problems: list[str] = Field(description="Why; a few at most.")
    moves: int = Field(description="How many of them would get another version.")
    tells: int = Field(description="How many notifications there would be.")
    people: int = Field(description="How many people would get some.")
    at_once: Amount = Field(description="Of these, what the next sweep tells.")
    by_moving: Amount = Field(
        description="What moving open follow-ups tells of the steps that they get to, at once or as soon as "
        "somebody's working hours begin."
    )
    by_day: list[DayCount] = Field(description="In the caller's time zone.")
    by_step: list[StepCount]
    by_person: list[PersonCount] = Field(description="Those who get most first.")


class Compared(Schema):
    """Notifications that there were, and those that there would have been."""

    told: int = Field(description="How many there were.")
    would_tell: int = Field(description="How many there would have been.")
    avoided: int = Field(description="Of those that there were, how many there would not have been.")
    added: int = Field(description="Of those that there would have been, how many there were not.")


class StepCompared(Compared):
    """How often a step was told, and would have been."""

    policy: str
    step: int
    label: str
    severity: Severity


class SeverityCompared(Compared):
    """How often people were told something this grave, and would have been."""

    severity: Severity


class PersonCompared(Compared):
    """How much somebody was told, and would have been."""

    user: PersonName


class ToldAt(Schema):
    """A step that was told, or would have been, and to whom."""

    at: Time
    policy: str
    step: int
    label: str
    severity: Severity
    people: list[PersonName]


class Differing(Schema):
    """A follow-up of which people would have been told otherwise."""

    id: int
    title: str
    due_at: Time
    completed_at: Time | None
    told: list[ToldAt] = Field(description="What was told, in the order of time.")
    would_tell: list[ToldAt] = Field(description="What would have been told, in the order of time.")


class Replay(Compared):
    """What would have been told in the past, beside what was.

    A notification counts as the same when the same person was told something as grave of the same follow-up,
    sooner or later than they would have been.
    """

    window: Literal[Window.LAST_90_DAYS]
    since: Time
    until: Time
    follow_ups: int = Field(description="Those that were open at some time in these days.")
    uncounted: int = Field(description=UNCOUNTED)
    problems: list[str] = Field(description="Why; a few at most.")
    differing: int = Field(description="Of how many follow-ups people would have been told otherwise.")
    by_severity: list[SeverityCompared]
    by_step: list[StepCompared]
    by_person: list[PersonCompared] = Field(description="Those for whom most would have changed first.")
    examples: list[Differing] = Field(description=f"Follow-ups told of otherwise; at most {MOST_EXAMPLES}.")
