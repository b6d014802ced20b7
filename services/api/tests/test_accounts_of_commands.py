"""An account that commands use, such as that of `followup run`, is no person."""

from __future__ import annotations

from typing import Any

import pytest

from .companies import Company
from .conftest import Person
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
    body = {"assignee_id": account.id}
    refused = company.ask(company.ada, "PATCH", f"/follow-ups/{call}", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "assignee_id")
    assert "choose a person" in refused.json()["errors"][0]["message"]
    path = f"/users/{company.amir.id}/hand-over"
    refused = company.ask(company.ada, "POST", path, json={"to": account.id, "dry_run": True})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "to")
    absence: dict[str, Any] = {"user_id": company.amir.id, **days(), "substitute_id": account.id}
    refused = company.ask(company.ada, "POST", "/absences", json=absence)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "substitute_id")
    people = company.get(company.ada, "/team", depth="all")["items"]
    assert account.id not in [each["person"]["id"] for each in people]


def test_a_password_makes_it_a_person(company: Company, account: Person) -> None:
    path = f"/users/{account.id}"
    assert not company.get(company.ada, path)["is_person"]
    company.ask(account, "PATCH", path, json={"name": "The folder"})
    assert not company.get(company.ada, path)["is_person"]
    body = {"password": "correct horse battery"}
    assert company.ask(company.ada, "PATCH", path, json=body).status_code == 200
    assert company.get(company.ada, path)["is_person"]
