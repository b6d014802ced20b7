"""The dashboard of open escalations."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from followup_common.policy import Severity
from pydantic import Field
from pydantic.config import JsonDict

from followup_api.followups.facts import FactFilters
from followup_api.followups.schemas import EXAMPLE_FOLLOW_UP, FOUND_IN, Assigned, FollowUp, PersonName
from followup_api.pagination import PageQuery
from followup_api.schemas import Id, Parameters, Schema, Search, examples

UNROUTABLE = "Steps of open follow-ups that found nobody active to tell."


class EscalationLevel(StrEnum):
    """How far an escalation has come: each is a severity, by the word that callers know."""

    ESCALATED = "manager"
    BREACH = "admin"

    @property
    def severity(self) -> Severity:
        """Of the steps that bring an escalation there."""
        return Severity[self.name]


class EscalationScope(Parameters):
    """Whose open escalations."""

    assignee: Assigned = "all"


class EscalationFilters(FactFilters, EscalationScope):
    """Which open escalations to count."""

    policy_id: Id | None = Field(None, description="Only those on a version of this policy.")

    q: Search | None = Field(None, description=FOUND_IN)


class EscalationCountQuery(EscalationFilters):
    """What to count, and how far."""

    quick: bool = Field(
        False,
        description="Look for the words of a search that is common among the most overdue 1,000 only, which "
        "takes a bounded time. `at_least` says whether there may be more.",
    )


class EscalationQuery(PageQuery, EscalationFilters):
    """Which open escalations to list."""

    level: EscalationLevel | None = Field(
        None,
        description="`admin`: the last step taken is an SLA breach (severity `breach`); `manager`: beyond "
        "the assignee, and not that (severity `escalated`); without it, both.",
    )


ESCALATED_FOLLOW_UP_EXAMPLE: JsonDict = {**EXAMPLE_FOLLOW_UP, "manager": {"id": 2, "name": "Dana Reyes"}}


class EscalatedFollowUp(FollowUp, json_schema_extra=examples(ESCALATED_FOLLOW_UP_EXAMPLE)):
    """A follow-up that was escalated beyond its assignee, and the assignee's manager."""

    manager: PersonName | None


class TeamEscalations(Schema):
    """Open escalations of the people who report to one manager."""

    manager: PersonName | None = Field(description="Null: people who report to nobody.")
    manager_level: int
    admin_level: int


class AgeGroup(Schema):
    """How many open escalations have been overdue for so long."""

    from_hours: int
    to_hours: int | None = Field(description="Exclusive; null: or longer.")
    count: int


class EscalationDay(Schema):
    """Escalations that were open at the end of a day."""

    date: date
    manager: int
    admin: int


ESCALATION_SUMMARY_EXAMPLE: JsonDict = {
    "manager": 12,
    "admin": 3,
    "unroutable": 0,
    "by_team": [{"manager": {"id": 2, "name": "Dana Reyes"}, "manager_level": 12, "admin_level": 3}],
    "age": [{"from_hours": 48, "to_hours": 72, "count": 9}],
    "over_time": [{"date": "2026-03-04", "manager": 12, "admin": 3}],
}


class EscalationSummary(Schema, json_schema_extra=examples(ESCALATION_SUMMARY_EXAMPLE)):
    """Numbers and charts of the dashboard."""

    manager: int = Field(description="Open escalations at manager level.")
    admin: int = Field(description="Open escalations at admin level: SLA breaches.")
    unroutable: int = Field(description=UNROUTABLE)
    by_team: list[TeamEscalations] = Field(description="Most escalations first.")
    age: list[AgeGroup]
    over_time: list[EscalationDay] = Field(
        description="The last 30 days of the caller's time zone, today as it is now. Computed from the steps "
        "raised: deleted follow-ups are not in it, and a follow-up counts for the one it belongs to now."
    )


class LineEscalations(Schema):
    """Open escalations of one person, or of one person and everyone below them."""

    person: PersonName
    with_line: bool = Field(description="Whether those of everyone below the person count as well.")
    assignee: str = Field(
        description="The filter `assignee` that lists exactly these, and counts them one level further down."
    )
    manager: int
    admin: int


class OtherLines(Schema):
    """What is not told apart: of people beyond the number that is, or in no line."""

    people: int
    manager: int
    admin: int


ESCALATION_COUNTS_EXAMPLE: JsonDict = {
    "manager": 12,
    "admin": 3,
    "unroutable": 0,
    "below": {"id": 2, "name": "Dana Reyes"},
    "by_line": [
        {
            "person": {"id": 5, "name": "Mia Klein"},
            "with_line": True,
            "assignee": "line:5",
            "manager": 12,
            "admin": 2,
        },
        {
            "person": {"id": 2, "name": "Dana Reyes"},
            "with_line": False,
            "assignee": "2",
            "manager": 0,
            "admin": 1,
        },
    ],
    "others": {"people": 0, "manager": 0, "admin": 0},
}


class EscalationCounts(Schema, json_schema_extra=examples(ESCALATION_COUNTS_EXAMPLE)):
    """How many escalations are open, in all and by reporting line."""

    manager: int = Field(description="At manager level.")
    admin: int = Field(description="At admin level: SLA breaches.")
    unroutable: int = Field(description=UNROUTABLE)
    below: PersonName | None = Field(
        description="Whose direct reports, each with everyone below them, `by_line` tells apart; null: those "
        "who report to nobody."
    )
    by_line: list[LineEscalations] = Field(
        description="Most escalations first, 100 of them. With `others` they add up to `manager` and `admin`."
    )
    others: OtherLines
    at_least: bool = Field(description="A quick count has not seen all: each number may be higher.")
