"""The audit log: who did what, from where and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from followup_api.bootstrap import first_admin
from followup_common.db import Database
from sqlalchemy.exc import ProgrammingError

from .companies import Company
from .conftest import PASSWORD, World

LOG = "/ops/audit-log"


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def entries(company: Company, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = company.get(company.ada, LOG, **query)["items"]
    return found


def actions(company: Company, **query: Any) -> list[str]:
    return [entry["action"] for entry in entries(company, **query)]


def log_in(company: Company, email: str, password: str) -> int:
    body = {"email": email, "password": password}
    status: int = company.world.client().post("/api/v1/session", json=body).status_code
    return status


def test_log_ins_are_kept_whether_they_succeed_or_not(company: Company) -> None:
    assert log_in(company, company.amir.email, PASSWORD) == 201
    assert log_in(company, company.amir.email, "wrong") == 401
    assert log_in(company, "my secret password", "wrong") == 401
    unknown, failed, succeeded = entries(company)
    target = f"users/{company.amir.id}"
    assert (succeeded["action"], succeeded["actor_id"]) == ("log-in.succeeded", company.amir.id)
    assert (failed["action"], failed["actor_id"], failed["target"]) == ("log-in.failed", None, target)
    assert (unknown["action"], unknown["target"]) == ("log-in.failed", None)
    assert "secret" not in str(unknown)
    assert {entry["address"] for entry in (unknown, failed, succeeded)} == {"testclient"}


def test_a_log_out_is_kept(company: Company) -> None:
    client = company.world.client()
    client.post("/api/v1/session", json={"email": company.amir.email, "password": PASSWORD})
    client.delete("/api/v1/session", headers={"Sec-Fetch-Site": "same-origin"})
    assert actions(company) == ["log-out", "log-in.succeeded"]


def test_tokens_are_kept_without_their_secret(company: Company) -> None:
    made = company.ask(company.amir, "POST", "/tokens", json={"name": "Nightly"}).json()
    company.ask(company.amir, "DELETE", f"/tokens/{made['id']}")
    revoked, created = entries(company, actor_id=company.amir.id)
    assert (created["action"], created["details"]["name"]) == ("token.created", "Nightly")
    assert (revoked["action"], revoked["target"]) == ("token.revoked", f"tokens/{made['id']}")
    assert made["token"] not in str(created)


def test_changes_of_people_say_what_changed_but_no_password(company: Company) -> None:
    new = {"email": "new@example.com", "name": "New", "password": "a very long password"}
    user = company.ask(company.ada, "POST", "/users", json=new).json()
    path = f"/users/{user['id']}"
    company.ask(company.ada, "PATCH", path, json={"role": "admin", "password": "another long password"})
    company.ask(company.ada, "PATCH", path, json={"role": "admin"})  # changes nothing
    changed, created = entries(company, target=f"users/{user['id']}")
    assert (created["action"], created["details"]["email"]) == ("user.created", "new@example.com")
    assert changed["actor_id"] == company.ada.id
    assert changed["details"] == {
        "role": {"from": "employee", "to": "admin"},
        "password": {"changed": True},
    }


def test_imports_and_sweeps_are_kept(company: Company) -> None:
    csv = "email,name,role,manager_email,time_zone,active\nbo@example.com,Bo,employee,,UTC,true\n"
    for query in ("?dry_run=true", ""):
        answer = company.ask(
            company.ada, "POST", f"/imports/users{query}", content=csv, headers={"Content-Type": "text/csv"}
        )
        assert answer.status_code == 200
    company.ask(company.ada, "POST", "/sweeps")
    sweep, imported, added = entries(company)
    assert (added["action"], added["details"]["email"]) == ("user.created", "bo@example.com")
    assert (imported["action"], imported["details"]["created"]) == ("users.imported", 1)
    assert sweep["action"] == "sweep.requested"


def test_a_sweep_by_the_cron_secret_has_no_actor(build: Callable[..., World]) -> None:
    secret = "0123456789abcdef"
    company = Company(build(cron_secret=secret))
    headers = {"Authorization": f"Bearer {secret}"}
    assert company.world.client().post("/api/cron/followups", headers=headers).status_code == 202
    [entry] = entries(company)
    assert (entry["actor_id"], entry["details"]) == (None, {"by": "cron secret"})


def test_what_was_refused_or_failed_leaves_no_entry(company: Company) -> None:
    company.ask(company.amir, "POST", "/users", json={"email": "x@example.com", "name": "X"})
    company.ask(company.ada, "POST", "/users", json={"email": company.amir.email, "name": "X"})
    company.ask(company.ada, "PATCH", f"/users/{company.ada.id}", json={"role": "employee"})
    assert actions(company) == []


def test_the_first_admin_is_kept(build: Callable[..., World], settings: Any) -> None:
    world = build()
    database = Database(settings.database_url.get_secret_value())
    first_admin(database, email="first@example.com", name="First")
    [row] = world.execute("SELECT action, details FROM audit_log")
    assert (row.action, row.details["by"]) == ("user.created", "bootstrap")
    database.close()


def test_entries_name_the_request_come_newest_first_and_in_pages(company: Company) -> None:
    for number in range(3):
        company.ask(company.ada, "POST", "/sweeps", headers={"X-Request-ID": f"request-{number}"})
    company.ask(company.ada, "POST", "/tokens", json={"name": "x"})
    assert actions(company, action="sweep.requested", actor_id=company.ada.id) == ["sweep.requested"] * 3
    page = company.get(company.ada, LOG, action="sweep.requested", limit=2)
    rest = company.get(company.ada, LOG, action="sweep.requested", cursor=page["next_cursor"])
    ids = [entry["request_id"] for entry in page["items"] + rest["items"]]
    assert ids == ["request-2", "request-1", "request-0"]


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET address = NULL", "DELETE FROM audit_log"])
def test_the_service_itself_cannot_change_what_it_wrote(company: Company, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        company.world.database.transaction() as tx,
    ):
        tx.exec_driver_sql(statement)


def test_entries_are_sentences_with_the_names_of_today(company: Company) -> None:
    company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json={"role": "admin"})
    company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json={"name": "Amir P."})
    renamed, promoted = entries(company)
    assert promoted["summary"] == "Ada Admin made Amir P. an admin"
    assert renamed["summary"] == "Ada Admin renamed Amir P. from “Amir Patel” to “Amir P.”"


def test_log_ins_are_told_apart_from_all_else(company: Company) -> None:
    log_in(company, company.amir.email, PASSWORD)
    company.ask(company.ada, "POST", "/sweeps")
    company.ask(company.amir, "POST", "/tokens", json={"name": "x"})
    assert actions(company, kind="log-ins") == ["log-in.succeeded"]
    assert actions(company, kind="other-than-log-ins") == ["token.created", "sweep.requested"]
    assert actions(company, kind="operations") == ["sweep.requested"]
    assert actions(company, kind="people") == []
    assert company.ask(company.ada, "GET", f"{LOG}?kind=nonsense").status_code == 422


def test_a_person_s_entries_are_what_they_did_and_what_was_done_to_them(company: Company) -> None:
    log_in(company, company.amir.email, PASSWORD)
    company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json={"role": "manager"})
    company.ask(company.ada, "POST", "/sweeps")
    company.ask(company.amir, "POST", "/tokens", json={"name": "x"})
    told = ["token.created", "user.changed", "log-in.succeeded"]
    assert actions(company, person_id=company.amir.id) == told
    assert actions(company, person_id=company.amir.id, kind="people") == ["user.changed"]
    assert actions(company, person_id=company.amir.id, kind="other-than-log-ins") == told[:2]


def test_entries_of_a_time_come_in_pages_with_every_filter(company: Company) -> None:
    for _ in range(5):
        company.ask(company.ada, "POST", "/sweeps")
    times = [entry["at"] for entry in entries(company)]
    assert times == sorted(times, reverse=True)
    assert [entry["at"] for entry in entries(company, since=times[3], until=times[0])] == times[1:4]
    for filters in ({}, {"kind": "operations"}, {"person_id": company.ada.id}):
        page = company.get(company.ada, LOG, since=times[3], limit=3, **filters)
        rest = company.get(company.ada, LOG, since=times[3], cursor=page["next_cursor"], **filters)
        assert [entry["at"] for entry in page["items"] + rest["items"]] == times[:4]
    refused = company.ask(company.ada, "GET", f"{LOG}?since=yesterday")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "since"
