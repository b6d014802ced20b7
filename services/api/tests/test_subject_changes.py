"""Changing leads and clients: who may, under which version, and the history that it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from .companies import DUE, Company
from .conftest import World
from .importing import FOLLOW_UPS

KNOWN = {"kind": "client", "external_id": "C-1", "name": "Acme", "url": "https://acme.example"}


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


@pytest.fixture
def subject(company: Company) -> dict[str, Any]:
    answer = company.ask(company.amir, "POST", "/subjects", json=KNOWN)
    assert answer.headers["ETag"] == answer.json()["etag"]
    body: dict[str, Any] = answer.json()
    return body


def edit(company: Company, who: Any, subject: dict[str, Any], tag: str | None = None, **change: Any) -> Any:
    headers = {"If-Match": tag} if tag else {}
    return company.ask(who, "PATCH", f"/subjects/{subject['id']}", json=change, headers=headers)


def history(company: Company, subject: dict[str, Any]) -> list[tuple[Any, ...]]:
    entries = company.get(company.amir, f"/subjects/{subject['id']}/changes")["items"]
    return [(entry["kind"], entry["actor"]["name"], entry["changes"]) for entry in entries]


def test_an_employee_may_read_and_not_change(company: Company, subject: dict[str, Any]) -> None:
    answer = edit(company, company.amir, subject, name="Evil")
    assert answer.status_code == 403
    assert "subjects:write" in answer.json()["detail"]
    assert company.get(company.amir, f"/subjects/{subject['id']}")["name"] == "Acme"
    assert history(company, subject) == []


def test_each_change_is_in_the_history_from_and_to(company: Company, subject: dict[str, Any]) -> None:
    first = edit(company, company.mia, subject, name=" Acme Corp ", url=None)
    assert first.status_code == 200, first.text
    assert (first.json()["name"], first.json()["url"], first.json()["version"]) == ("Acme Corp", None, 2)
    assert first.headers["ETag"] == first.json()["etag"] != subject["etag"]
    edit(company, company.ada, subject, external_id="C-2")
    assert history(company, subject) == [
        ("edited", "Ada Admin", {"external_id": {"from": "C-1", "to": "C-2"}}),
        (
            "edited",
            "Mia Middle",
            {
                "name": {"from": "Acme", "to": "Acme Corp"},
                "url": {"from": "https://acme.example", "to": None},
            },
        ),
    ]
    page = company.get(company.amir, f"/subjects/{subject['id']}/changes", limit=1)
    later = company.get(
        company.amir, f"/subjects/{subject['id']}/changes", limit=1, cursor=page["next_cursor"]
    )
    assert [entry["actor"]["name"] for entry in page["items"] + later["items"]] == ["Ada Admin", "Mia Middle"]


def test_what_is_the_same_is_no_change(company: Company, subject: dict[str, Any]) -> None:
    for change in ({}, {"name": "Acme"}, {"url": "https://acme.example", "external_id": "C-1"}):
        answer = edit(company, company.mia, subject, **change)
        assert (answer.status_code, answer.json()["etag"]) == (200, subject["etag"])
    assert history(company, subject) == []


def test_a_change_of_what_somebody_else_changed_is_refused_and_shown(
    company: Company, subject: dict[str, Any]
) -> None:
    assert edit(company, company.mia, subject, subject["etag"], name="First").status_code == 200
    stale = edit(company, company.ada, subject, subject["etag"], name="Second")
    assert stale.status_code == 412
    assert stale.json()["current"]["name"] == "First"
    assert stale.headers["ETag"] == stale.json()["current"]["etag"]
    assert edit(company, company.ada, subject, stale.headers["ETag"], name="Second").status_code == 200
    assert [entry[2]["name"]["to"] for entry in history(company, subject)] == ["Second", "First"]


def test_what_cannot_be_is_refused_by_name(company: Company, subject: dict[str, Any]) -> None:
    other = company.ask(company.amir, "POST", "/subjects", json={**KNOWN, "external_id": "C-2"}).json()
    taken = edit(company, company.mia, other, external_id="C-1")
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "external_id")
    for field, value in (("name", None), ("name", ""), ("url", "https://a@b.example"), ("kind", "lead")):
        answer = edit(company, company.mia, subject, **{field: value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert company.ask(company.ada, "PATCH", "/subjects/999999", json={}).status_code == 404
    assert company.ask(company.ada, "GET", "/subjects/999999/changes").status_code == 404
    assert history(company, subject) == history(company, other) == []


def line(number: int, name: str, url: str = "", external_id: str = "C-1") -> str:
    return f"d-{number},T,amir.patel@example.com,{DUE},client,{external_id},{name},{url},,\n"


def test_an_import_writes_the_history_too_and_says_how_many_it_changed(
    company: Company, subject: dict[str, Any]
) -> None:
    file = FOLLOW_UPS + line(1, "Passing") + line(2, "Acme Corp") + line(3, "Globex", external_id="C-2")
    headers = {"Content-Type": "text/csv"}

    def send(query: str = "") -> dict[str, Any]:
        answer = company.ask(
            company.ada, "POST", f"/imports/follow-ups{query}", content=file, headers=headers
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    assert send("?dry_run=true")["subjects_changed"] == 1
    assert history(company, subject) == []
    assert send()["subjects_changed"] == 1
    assert history(company, subject) == [
        ("imported", "Ada Admin", {"name": {"from": "Acme", "to": "Acme Corp"}})
    ]
    kept = company.get(company.amir, f"/subjects/{subject['id']}")
    assert (kept["name"], kept["url"], kept["version"]) == ("Acme Corp", KNOWN["url"], 2)
    assert send()["subjects_changed"] == 0
    [entry] = [
        entry
        for entry in company.get(company.ada, "/ops/audit-log")["items"]
        if entry["details"].get("created")
    ]
    assert entry["details"]["subjects_changed"] == 1


def test_only_a_manager_or_an_admin_is_told_that_they_may(company: Company) -> None:
    may = {
        person.email: "subjects:write" in company.get(person, "/me")["permissions"]
        for person in (company.amir, company.mia, company.ada)
    }
    assert list(may.values()) == [False, True, True]


@pytest.mark.parametrize(("moves", "status"), [(1, 201), (3, 409)])
def test_a_subject_that_moves_while_it_is_looked_for_is_found_or_named(
    company: Company, moves: int, status: int
) -> None:
    """Its external id is another's, or nobody's, between two statements of the request."""
    left = moves

    def is_there(_: object, __: object, statement: str, *___: object) -> None:
        if left and statement.startswith("INSERT INTO subjects"):
            company.world.execute("INSERT INTO subjects (kind, name, external_id) VALUES ('lead', 'A', 'a')")

    def is_away(_: object, __: object, statement: str, *___: object) -> None:
        nonlocal left
        if left and statement.startswith("INSERT INTO subjects"):
            left -= 1
            company.world.execute("UPDATE subjects SET external_id = NULL")

    event.listen(company.world.database.engine, "before_cursor_execute", is_there)
    event.listen(company.world.database.engine, "after_cursor_execute", is_away)
    subject = {"kind": "lead", "name": "Acme", "external_id": "a"}
    body = {"title": "Call", "due_at": DUE, "subject": subject}
    answer = company.ask(company.amir, "POST", "/follow-ups", json=body)
    assert (answer.status_code, left) == (status, 0)
