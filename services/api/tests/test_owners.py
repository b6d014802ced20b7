"""Who looks after a lead or client: set like its other fields, listed by, given on by who leaves."""

from __future__ import annotations

from typing import Any

import pytest

from .companies import Company
from .conftest import World


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def lead(company: Company, name: str = "Globex", **more: Any) -> Any:
    answer = company.ask(company.amir, "POST", "/subjects", json={"kind": "lead", "name": name, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def names(company: Company, **parameters: Any) -> list[str]:
    return [each["name"] for each in company.get(company.mia, "/subjects", **parameters)["items"]]


def test_a_manager_gives_a_lead_an_owner_as_they_have_seen_it(company: Company) -> None:
    before = lead(company)
    assert before["owner"] is None
    path, amir = f"/subjects/{before['id']}", {"id": company.amir.id, "name": "Amir Patel"}
    seen = {"headers": {"If-Match": before["etag"]}}
    given = company.ask(company.mia, "PATCH", path, json={"owner_id": company.amir.id}, **seen)
    assert given.json()["owner"] == amir
    late = company.ask(company.mia, "PATCH", path, json={"owner_id": None}, **seen)
    assert late.status_code == 412
    [entry] = company.get(company.mia, f"{path}/changes")["items"]
    assert entry["changes"] == {"owner": {"from": None, "to": amir}}
    cleared = company.ask(company.mia, "PATCH", path, json={"owner_id": None})
    assert cleared.json()["owner"] is None


def test_leads_are_listed_by_owner(company: Company) -> None:
    lead(company, "Amir's", owner_id=company.amir.id)
    lead(company, "Nobody's")
    assert names(company, owner_id=company.amir.id) == ["Amir's"]
    assert names(company, has_owner=False) == ["Nobody's"]
    assert names(company, has_owner=True) == ["Amir's"]
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.amir.id)
    assert names(company, has_owner=False) == ["Amir's", "Nobody's"]


@pytest.mark.parametrize("whom", ["otto", "nobody", "inactive"])
def test_nobody_owns_it_who_could_not_get_its_follow_ups(company: Company, whom: str) -> None:
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.dana.id)
    asked, ids = company.mia, {"otto": company.otto.id, "nobody": 999_999, "inactive": company.dana.id}
    if whom == "inactive":
        asked = company.ada
    path = f"/subjects/{lead(company)['id']}"
    refused = company.ask(asked, "PATCH", path, json={"owner_id": ids[whom]})
    assert refused.status_code == 422, refused.text
    [error] = refused.json()["errors"]
    assert error["field"] == "owner_id"
    assert "assign" not in error["message"]
    assert company.get(company.mia, path)["owner"] is None


def test_what_somebody_owns_goes_with_their_open_work(company: Company) -> None:
    owned = lead(company, owner_id=company.amir.id)
    survivor, merged = (
        lead(company, "Acme"),
        lead(company, owner_id=company.amir.id),
    )
    body = {"other": {"id": merged["id"]}, "take": []}
    assert company.ask(company.ada, "POST", f"/subjects/{survivor['id']}/merge", json=body).status_code == 200
    company.follow_up(company.amir)
    answer = company.ask(
        company.ada,
        "PATCH",
        f"/users/{company.amir.id}",
        json={"active": False, "open_work": {"hand_over_to": company.mia.id}},
    )
    assert answer.status_code == 200, answer.text
    path = f"/subjects/{owned['id']}"
    assert company.get(company.mia, path)["owner"]["name"] == "Mia Middle"
    [entry] = company.get(company.mia, f"{path}/changes")["items"]
    assert entry["changes"]["owner"]["to"]["id"] == company.mia.id
    assert entry["actor"]["name"] == "Ada Admin"
    told = [each["kind"] for each in company.get(company.mia, f"/subjects/{survivor['id']}/changes")["items"]]
    assert told == ["merged"]
