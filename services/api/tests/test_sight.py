"""Sight follows the reporting line, not the role: anyone who is told can see what they are told about."""

from __future__ import annotations

from typing import Any

import pytest

from .companies import Company
from .conftest import Person, World


@pytest.fixture
def company(world: World) -> Company:
    """As ever, but Mia, who manages Amir, is an employee, and Dana above her too."""
    company = Company(world)
    world.execute("UPDATE users SET role = 'employee' WHERE role = 'manager'")
    return company


@pytest.mark.parametrize("who", ["mia", "dana"])
def test_an_employee_sees_what_belongs_to_those_below_them_at_any_depth(company: Company, who: str) -> None:
    viewer: Person = getattr(company, who)
    call = company.follow_up(company.amir, "Amir's")
    company.follow_up(company.otto, "Otto's")
    company.world.execute("UPDATE escalation_states SET step = 2, severity = 'escalated'")
    for path in ("/follow-ups", "/escalations"):
        assert company.titles(viewer, path) == ["Amir's"]
        assert company.titles(viewer, path, assignee="team") == ["Amir's"]
    assert company.get(viewer, f"/follow-ups/{call}")["title"] == "Amir's"
    assert company.get(viewer, f"/follow-ups/{call}/activities")["items"] == []
    assert company.get(viewer, "/escalations/summary")["manager"] == 1
    assert company.get(viewer, "/follow-ups/counts")["overdue"] == 1


def test_somebody_with_reports_gives_follow_ups_to_their_line_and_to_nobody_else(company: Company) -> None:
    call = company.create(company.mia, assignee_id=company.amir.id)["id"]
    ways: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", f"/follow-ups/{call}", {}),
        ("POST", "/follow-ups/bulk", {"ids": [call], "action": "reassign"}),
    ]
    for method, path, body in ways:
        out_of_sight = {**body, "assignee_id": company.otto.id}
        assert company.ask(company.mia, method, path, json=out_of_sight).status_code == 422
        theirs = {**body, "assignee_id": company.mia.id}
        assert company.ask(company.mia, method, path, json=theirs).is_success


def test_the_permission_to_see_escalations_comes_and_goes_with_reports(company: Company) -> None:
    assert "escalations:read" in company.get(company.mia, "/me")["permissions"]
    company.world.execute("UPDATE users SET manager_id = NULL WHERE id = :id", id=company.amir.id)
    assert "escalations:read" not in company.get(company.mia, "/me")["permissions"]
    assert company.ask(company.mia, "GET", "/escalations").status_code == 403
    assert company.titles(company.mia, "/follow-ups", view="all") == []


def test_how_many_report_to_somebody_is_said_wherever_people_are_read(company: Company) -> None:
    reports = {person["name"]: person["reports"] for person in company.get(company.ada, "/users")["items"]}
    assert reports == {"Ada Admin": 1, "Dana Reyes": 1, "Mia Middle": 1, "Amir Patel": 0, "Otto Other": 0}
    answer = company.ask(company.ada, "PATCH", f"/users/{company.mia.id}", json={"active": False})
    assert answer.json()["reports"] == company.get(company.ada, f"/users/{company.mia.id}")["reports"] == 1


def test_a_change_of_a_person_with_reports_leaves_their_number_out_of_the_audit_log(company: Company) -> None:
    company.ask(company.ada, "PATCH", f"/users/{company.mia.id}", json={"role": "manager"})
    entry, *_ = company.get(company.ada, "/ops/audit-log", action="user.changed")["items"]
    assert entry["details"] == {"role": {"from": "employee", "to": "manager"}}
