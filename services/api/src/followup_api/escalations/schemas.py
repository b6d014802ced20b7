"""The dashboard of open escalations."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import ConfigDict, Field

from followup_api.followups.schemas import EXAMPLE_FOLLOW_UP, Assigned, FollowUp, PersonName
from followup_api.pagination import PageQuery
from followup_api.schemas import Schema, Search


class EscalationLevel(StrEnum):
    """How far an escalation has come."""

    MANAGER = "manager"
    ADMIN = "admin"


class EscalationQuery(PageQuery):
    """Which open escalations to list."""

    level: EscalationLevel | None = Field(
        None,
        description="`admin`: the last step taken is an SLA breach; `manager`: beyond the assignee, and not "
        "that; without it, both.",
    )
    assignee: Assigned = "all"
    q: Search | None = Field(
        None, description="Found in the title, the subject's name or an external id, whatever its case."
    )


class EscalatedFollowUp(FollowUp):
    """A follow-up that was escalated beyond its assignee, and the assignee's manager."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**EXAMPLE_FOLLOW_UP, "manager": {"id": 2, "name": "Dana Reyes"}}]}
    )

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


class EscalationSummary(Schema):
    """Numbers and charts of the dashboard."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "manager": 12,
                    "admin": 3,
                    "unroutable": 0,
                    "by_team": [
                        {"manager": {"id": 2, "name": "Dana Reyes"}, "manager_level": 12, "admin_level": 3}
                    ],
                    "age": [{"from_hours": 48, "to_hours": 72, "count": 9}],
                    "over_time": [{"date": "2026-03-04", "manager": 12, "admin": 3}],
                }
            ]
        }
    )

    manager: int = Field(description="Open escalations at manager level.")
    admin: int = Field(description="Open escalations at admin level: SLA breaches.")
    unroutable: int = Field(description="Steps that found nobody active to tell; for admins, else 0.")
    by_team: list[TeamEscalations] = Field(description="Most escalations first.")
    age: list[AgeGroup]
    over_time: list[EscalationDay] = Field(
        description="The last 30 days of the caller's time zone, today as it is now. Reckoned from the steps "
        "raised: deleted follow-ups are not in it, and a follow-up counts for whoever it belongs to now."
    )
