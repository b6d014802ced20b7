"""A summary stands in the inbox for the many that one sweep told of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from .companies import Company
from .conftest import Person, World
from .pipelines import swept

HOUR = timedelta(hours=1)
MANY = 6


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def one(company: Company, person: Person) -> dict[str, Any]:
    """The only entry of somebody's inbox."""
    [notification] = company.get(person, "/notifications")["items"]
    found: dict[str, Any] = notification
    return found


def test_it_says_how_many_how_grave_and_why_and_lists_them(company: Company) -> None:
    late = [company.follow_up(company.amir, f"Call {i}", overdue=50 * HOUR) for i in range(MANY)]
    swept(company.world)
    told, own = one(company, company.mia), one(company, company.amir)
    assert (told["kind"], told["message"], told["reason"]) == (
        *("summary", "6 follow-ups were escalated to you"),
        "You manage the assignees.",
    )
    assert (told["severity"], told["sla_breach"], told["number"], told["completed"]) == (
        *("escalated", False),
        *(MANY, 0),
    )
    assert (own["message"], own["reason"]) == (
        "6 of your follow-ups were escalated",
        "You are the assignee.",
    )
    assert company.get(company.mia, "/notifications/unread-count") == {"unread": 1}
    found = company.get(company.mia, "/notifications", summed_up_by=told["id"], limit=4)
    rest = company.get(
        company.mia, "/notifications", summed_up_by=told["id"], limit=4, cursor=found["next_cursor"]
    )
    listed = [each["follow_up"]["id"] for each in (*found["items"], *rest["items"])]
    assert sorted(listed) == late
    assert company.get(company.amir, "/notifications", summed_up_by=told["id"])["items"] == []


def test_it_keeps_up_with_what_becomes_of_them(company: Company) -> None:
    late = [company.follow_up(company.amir, overdue=100 * HOUR) for _ in range(MANY)]
    swept(company.world)
    told = one(company, company.ada)
    assert (told["message"], told["reason"], told["sla_breach"]) == (
        *("6 follow-ups were escalated to you as SLA breaches", "You are an admin."),
        True,
    )
    company.ask(company.amir, "POST", f"/follow-ups/{late[0]}/complete")
    company.ask(company.ada, "DELETE", f"/follow-ups/{late[1]}")
    told = one(company, company.ada)
    assert (told["number"], told["completed"]) == (MANY - 1, 1)
