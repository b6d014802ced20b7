"""Kinds of follow-ups: everybody reads them; admins add, rename, order and archive them."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from .companies import DUE, Company
from .conftest import World

FIRST = ["call", "e-mail", "meeting", "visit", "task"]


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def kinds(company: Company, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = company.get(company.amir, "/follow-up-kinds", **query)["items"]
    return items


def names(company: Company, **query: Any) -> list[str]:
    return [kind["name"] for kind in kinds(company, **query)]


def kind(company: Company, name: str) -> dict[str, Any]:
    return next(each for each in kinds(company) if each["name"] == name)


def add(company: Company, label: str) -> Response:
    return company.ask(company.ada, "POST", "/follow-up-kinds", json={"label": label})


def patch(company: Company, number: int, headers: dict[str, str] | None = None, **body: Any) -> Response:
    return company.ask(company.ada, "PATCH", f"/follow-up-kinds/{number}", json=body, headers=headers or {})


def test_everybody_chooses_from_the_list(company: Company) -> None:
    assert names(company) == FIRST
    assert [each["label"] for each in kinds(company)] == ["Call", "E-mail", "Meeting", "Visit", "Task"]


def test_a_new_one_is_last_and_follow_ups_can_be_one(company: Company) -> None:
    answer = add(company, " Site  visit ")
    assert answer.status_code == 201, answer.text
    assert names(company)[-1] == answer.json()["name"]
    created = company.create(company.amir, kind=answer.json()["name"])
    assert created["kind"] == answer.json()["name"]


def test_a_renamed_one_keeps_its_name_and_what_says_it(company: Company) -> None:
    number = company.create(company.amir, kind="visit")["id"]
    answer = patch(company, kind(company, "visit")["id"], label="Site visit")
    assert (answer.json()["label"], answer.json()["name"], answer.json()["version"]) == (
        "Site visit",
        "visit",
        2,
    )
    assert company.get(company.amir, f"/follow-ups/{number}")["kind"] == "visit"
    assert company.get(company.amir, f"/follow-ups/{number}")["version"] == 1


def test_an_archived_one_stays_with_what_is_one_and_nothing_becomes_one(company: Company) -> None:
    number = company.create(company.amir, kind="visit")["id"]
    visit = kind(company, "visit")["id"]
    assert patch(company, visit, archived=True).status_code == 200
    assert (names(company), names(company, archived="true")) == (
        [each for each in FIRST if each != "visit"],
        ["visit"],
    )
    edited = company.ask(company.amir, "PATCH", f"/follow-ups/{number}", json={"kind": "visit", "title": "X"})
    assert (edited.status_code, edited.json()["kind"]) == (200, "visit")
    answer = company.ask(
        company.amir, "POST", "/follow-ups", json={"title": "Call", "due_at": DUE, "kind": "visit"}
    )
    assert answer.status_code == 422
    assert "is archived: use call, e-mail, meeting or task" in answer.json()["errors"][0]["message"]
    assert patch(company, visit, archived=False).status_code == 200
    assert names(company)[-1] == "visit"


def test_they_are_put_in_another_order(company: Company) -> None:
    ids = [each["id"] for each in kinds(company)]
    order = {"ids": ids[::-1]}
    answer = company.ask(company.ada, "PUT", "/follow-up-kinds/order", json=order)
    assert [each["name"] for each in answer.json()["items"]] == FIRST[::-1] == names(company)
    assert [each["version"] for each in kinds(company)] == [1] * 5
    for wrong in (ids[1:], [*ids, ids[0]], [*ids[1:], 999]):
        answer = company.ask(company.ada, "PUT", "/follow-up-kinds/order", json={"ids": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "ids")


def test_what_cannot_be_is_refused_with_the_fix(company: Company) -> None:
    assert add(company, "CALL").status_code == 409
    task = kind(company, "task")["id"]
    answer = patch(company, task, archived=True)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "archived")
    assert patch(company, task, label="call").status_code == 409
    assert patch(company, 999, label="X").status_code == 404


def test_a_stale_tag_is_refused_and_the_audit_log_tells_the_rest(company: Company) -> None:
    visit = kind(company, "visit")
    assert patch(company, visit["id"], label="Trip").status_code == 200
    stale = patch(company, visit["id"], {"If-Match": visit["etag"]}, label="Journey")
    assert (stale.status_code, stale.json()["current"]["label"]) == (412, "Trip")
    log = company.get(company.ada, "/ops/audit-log")["items"]
    assert [entry["summary"] for entry in log] == ["Ada Admin renamed the kind of follow-up “Trip”"]
