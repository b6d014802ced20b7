"""Leads and clients with what is planned for them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .companies import Company
from .conftest import Person, World


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def add(company: Company, who: Person, name: str, **more: str) -> int:
    answer = company.ask(who, "POST", "/subjects", json={"kind": "client", "name": name, **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/v1/subjects/{answer.json()['id']}"
    return int(answer.json()["id"])


def test_subjects_come_by_name_in_pages(company: Company) -> None:
    for name in ("beta", "Alpha", "alpha", "Gamma", "épsilon"):
        add(company, company.otto, name)
    names: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = company.get(company.amir, "/subjects", limit=2, **cursor)
        names += [entry["name"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert names == ["Alpha", "alpha", "beta", "épsilon", "Gamma"]


def test_subjects_are_found_by_kind_and_text(company: Company) -> None:
    add(company, company.amir, "Acme 50%", external_id="C-1")
    add(company, company.amir, "Acme 500", kind="lead")
    found = [
        ({"q": "ACME"}, 2),
        ({"q": "50%"}, 1),
        ({"q": "c-1"}, 1),
        ({"kind": "lead"}, 1),
        ({"kind": "lead", "q": "%"}, 0),
    ]
    for query, number in found:
        assert len(company.get(company.amir, "/subjects", **query)["items"]) == number


def test_a_subject_shows_what_the_caller_may_see_and_whether_anybody_has_planned(company: Company) -> None:
    subject = add(company, company.amir, "Acme")
    hour = timedelta(hours=1)
    late = company.follow_up(company.amir, "late", subject_id=subject, overdue=2 * hour)
    later = company.follow_up(company.amir, "later", subject_id=subject, overdue=-hour)
    done = company.follow_up(company.amir, "done", subject_id=subject, overdue=9 * hour)
    company.ask(company.amir, "POST", f"/follow-ups/{done}/complete")
    company.follow_up(company.otto, "Otto's", subject_id=subject)
    mine = company.get(company.dana, f"/subjects/{subject}")
    assert [entry["id"] for entry in mine["follow_ups"]] == [late, later, done]
    assert (mine["open"], mine["overdue"], mine["has_open"]) == (2, 1, True)
    stranger = company.get(company.world.person("Nia New"), f"/subjects/{subject}")
    assert (stranger["open"], stranger["has_open"], stranger["follow_ups"]) == (0, True, [])
    listed = company.get(company.ada, "/subjects")["items"][0]
    assert (listed["open"], listed["overdue"]) == (3, 2)


def test_a_subject_without_plans_says_so(company: Company) -> None:
    subject = add(company, company.amir, "Lonely")
    details = company.get(company.amir, f"/subjects/{subject}")
    assert (details["has_open"], details["first_planned"], details["follow_ups"]) == (False, None, [])


def test_a_subject_says_who_is_due_first_even_to_those_who_do_not_see_the_follow_up(company: Company) -> None:
    subject = add(company, company.amir, "Acme")
    add(company, company.amir, "Bolt")

    def plan(who: Person, title: str, due_at: str) -> int:
        return int(company.create(who, title=title, due_at=due_at, subject={"id": subject})["id"])

    plan(company.amir, "later", "2031-01-02T09:00:00Z")
    plan(company.otto, "secret", "2031-01-01T09:00:00Z")
    done = plan(company.otto, "done", "2030-01-01T09:00:00Z")
    company.ask(company.otto, "POST", f"/follow-ups/{done}/complete")
    first = {"assignee_name": "Otto Other", "due_at": "2031-01-01T09:00:00Z"}
    stranger = company.world.person("Nia New")
    items = company.get(stranger, "/subjects")["items"]
    assert [(entry["open"], entry["first_planned"]) for entry in items] == [(0, first), (0, None)]
    details = company.get(stranger, f"/subjects/{subject}")
    assert details["first_planned"] == first
    assert "secret" not in str(details)
    assert company.get(company.amir, f"/subjects/{subject}")["first_planned"] is None, "he sees one himself"
    assert company.get(company.dana, "/subjects")["items"][0]["first_planned"] is None


def test_an_external_id_is_taken_once_per_kind(company: Company) -> None:
    add(company, company.amir, "Acme", external_id="X")
    add(company, company.amir, "Acme", external_id="X", kind="lead")
    body = {"kind": "client", "name": "Other", "external_id": "X"}
    answer = company.ask(company.amir, "POST", "/subjects", json=body)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "external_id"


def test_an_unknown_subject_is_not_found(company: Company) -> None:
    assert company.ask(company.ada, "GET", "/subjects/999999").status_code == 404
