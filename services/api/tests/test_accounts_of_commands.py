"""An account that commands use, such as that of `followup run`, is no person."""

from __future__ import annotations

from typing import Any

import pytest

from .companies import DUE, Company
from .conftest import Person
from .importing import FOLLOW_UPS, imported, send, wrong
from .test_absences import days


@pytest.fixture
def account(company: Company) -> Person:
    """As `followup run` makes it."""
    return company.world.person("Local Admin", "admin", password=None, is_person=False)


def test_it_gets_no_work_and_no_invitation_and_stands_in_for_nobody(
    company: Company, account: Person
) -> None:
    call = company.follow_up(company.amir)
    company.world.execute("UPDATE users SET password_hash = NULL WHERE id = :id", id=company.otto.id)
    invited = company.ask(company.ada, "POST", "/invitations", json={}).json()["items"]
    assert [each["user_id"] for each in invited] == [company.otto.id]
    to = {"assignee_id": account.id}
    ways: dict[str, tuple[str, str, str, dict[str, Any]]] = {
        "create": ("POST", "/follow-ups", "assignee_id", {"title": "Call", "due_at": DUE, **to}),
        "edit": ("PATCH", f"/follow-ups/{call}", "assignee_id", to),
        "bulk": ("POST", "/follow-ups/bulk", "assignee_id", {"ids": [call], "action": "reassign", **to}),
        "next": (
            "POST",
            f"/follow-ups/{call}/complete",
            "next.assignee_id",
            {"next": {"preset": "monday", **to}},
        ),
        "hand over": (
            "POST",
            f"/users/{company.amir.id}/hand-over",
            "to",
            {"to": account.id, "dry_run": True},
        ),
        "stand in": (
            "POST",
            "/absences",
            "substitute_id",
            {"user_id": company.amir.id, **days(), "substitute_id": account.id},
        ),
    }
    for way, (method, path, field, body) in ways.items():
        refused = company.ask(company.ada, method, path, json=body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), way
    assert "choose a person" in company.ask(company.ada, "PATCH", f"/follow-ups/{call}", json=to).text
    people = company.get(company.ada, "/team", depth="all")["items"]
    assert account.id not in [each["person"]["id"] for each in people]


def test_a_file_gives_it_no_work_but_leaves_it_what_it_has(company: Company, account: Person) -> None:
    file = f"{FOLLOW_UPS}a,Call,{account.email},{DUE},,,,,,\n"
    refused = send(company, "follow-ups", file)
    assert wrong(refused) == [(2, "assignee_email")]
    assert "nobody reads what it is told: name a person." in refused.json()["errors"][0]["message"]
    company.world.execute(
        "INSERT INTO follow_ups (external_id, title, assignee_id, due_at) VALUES ('a', 'Old', :id, now())",
        id=account.id,
    )
    assert imported(company, "follow-ups", file) == (0, 1, 0)


def test_a_password_makes_it_a_person(company: Company, account: Person) -> None:
    path = f"/users/{account.id}"
    assert not company.get(company.ada, path)["is_person"]
    company.ask(account, "PATCH", path, json={"name": "The folder"})
    assert not company.get(company.ada, path)["is_person"]
    body = {"password": "correct horse battery"}
    assert company.ask(company.ada, "PATCH", path, json=body).status_code == 200
    assert company.get(company.ada, path)["is_person"]
