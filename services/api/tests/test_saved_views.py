"""Lists of follow-ups under a name: one's own, and those that managers and admins share."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from .companies import Company
from .conftest import Person, World

BURNING = {"view": "overdue", "assignee": "team", "priority": "high", "group": "assignee", "look": "week"}


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def save(company: Company, who: Person, name: str = "Burning", **more: Any) -> Response:
    return company.ask(who, "POST", "/saved-views", json={"name": name, "filters": BURNING, **more})


def saved(company: Company, who: Person, name: str = "Burning", **more: Any) -> dict[str, Any]:
    answer = save(company, who, name, **more)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def names(company: Company, who: Person) -> list[str]:
    return [each["name"] for each in company.get(who, "/saved-views")["items"]]


def patch(
    company: Company, who: Person, view: dict[str, Any], tag: str | None = None, **body: Any
) -> Response:
    headers = {"If-Match": tag} if tag else {}
    return company.ask(who, "PATCH", f"/saved-views/{view['id']}", json=body, headers=headers)


def audited(company: Company) -> list[str]:
    items = company.get(company.ada, "/ops/audit-log", kind="follow-ups")["items"]
    return [each["summary"] for each in items if each["action"].startswith("saved-view")]


def test_it_comes_back_as_it_was_saved_and_lists_what_it_says(company: Company) -> None:
    view = saved(company, company.amir)
    assert {name: value for name, value in view["filters"].items() if value is not None} == BURNING
    assert company.get(company.amir, f"/saved-views/{view['id']}") == view
    assert view["may_change"]
    company.create(company.amir, title="Burns", priority="high")
    company.create(company.amir, title="Does not")
    query = {"view": "overdue", "assignee": "me", "priority": "high"}
    assert company.titles(company.amir, "/follow-ups", **query) == ["Burns"]


def test_ones_own_are_nobody_elses_and_shared_ones_everybodys(company: Company) -> None:
    own = saved(company, company.mia, "Mine")
    saved(company, company.mia, "of all", shared=True)
    saved(company, company.amir, "Amir's")
    assert names(company, company.mia) == ["Mine", "of all"]
    assert names(company, company.amir) == ["Amir's", "of all"]
    assert names(company, company.otto) == ["of all"]
    for method in ("GET", "PATCH", "DELETE"):
        body = {"json": {"name": "Taken"}} if method == "PATCH" else {}
        answer = company.ask(company.ada, method, f"/saved-views/{own['id']}", **body)
        assert answer.status_code == 404


def test_only_managers_and_admins_share(company: Company) -> None:
    answer = save(company, company.amir, shared=True)
    assert answer.status_code == 403
    assert "managers and admins" in answer.json()["detail"]
    view = saved(company, company.amir)
    assert patch(company, company.amir, view, shared=True).status_code == 403
    assert names(company, company.mia) == []
    view = saved(company, company.mia)
    assert patch(company, company.mia, view, shared=True).json()["shared"]
    assert names(company, company.amir) == ["Burning", "Burning"]


def test_a_shared_one_is_changed_by_its_owner_and_admins(company: Company) -> None:
    view = saved(company, company.mia, shared=True)
    [seen] = company.get(company.dana, "/saved-views")["items"]
    assert not seen["may_change"]
    answer = patch(company, company.dana, view, name="Dana's")
    assert answer.status_code == 403
    assert "Mia Middle's" in answer.json()["detail"]
    assert company.ask(company.dana, "DELETE", f"/saved-views/{view['id']}").status_code == 403
    assert patch(company, company.ada, view, name="Ada's").json()["name"] == "Ada's"
    assert not patch(company, company.ada, view, shared=False).json()["shared"]
    assert names(company, company.ada) == []
    assert names(company, company.mia) == ["Ada's"]


def test_what_becomes_of_shared_ones_is_in_the_audit_log(company: Company) -> None:
    saved(company, company.mia, "Quiet")
    view = saved(company, company.mia, shared=True)
    patch(company, company.mia, view, filters={"view": "today"})
    patch(company, company.mia, view, filters={"view": "today"})  # changes nothing
    patch(company, company.mia, view, shared=False)
    patch(company, company.mia, view, shared=True)
    company.ask(company.ada, "DELETE", f"/saved-views/{view['id']}")
    assert audited(company) == [
        "Ada Admin deleted the shared view “Burning”",
        "Mia Middle shared the view “Burning” with everybody",
        "Mia Middle shares the view “Burning” no more",
        "Mia Middle changed the shared view “Burning”",
        "Mia Middle shared the view “Burning” with everybody",
    ]


def test_a_change_of_what_somebody_else_changed_is_refused(company: Company) -> None:
    view = saved(company, company.mia, shared=True)
    assert patch(company, company.ada, view, name="Ada's").status_code == 200
    answer = patch(company, company.mia, view, tag=view["etag"], name="Mia's")
    assert answer.status_code == 412
    assert answer.json()["current"]["name"] == "Ada's"
    headers = {"If-Match": view["etag"]}
    assert (
        company.ask(company.mia, "DELETE", f"/saved-views/{view['id']}", headers=headers).status_code == 412
    )
    headers = {"If-Match": answer.json()["current"]["etag"]}
    assert (
        company.ask(company.mia, "DELETE", f"/saved-views/{view['id']}", headers=headers).status_code == 204
    )
    assert names(company, company.mia) == []


def test_names_differ_among_ones_own(company: Company) -> None:
    saved(company, company.amir)
    saved(company, company.otto)
    answer = save(company, company.amir, " BURNING ")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "name"
    other = saved(company, company.amir, "Other")
    assert patch(company, company.amir, other, name="burning").status_code == 409
    assert patch(company, company.amir, other, name="OTHER").json()["name"] == "OTHER"


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"view": "late"}, "filters.view"),
        ({"assignee": "somebody"}, "filters.assignee"),
        ({"view": "completed", "sort": "priority"}, "filters.sort"),
        ({"look": "year"}, "filters.look"),
        ({"view": "completed", "group": "day"}, "filters.group"),
        ({"value_from": "10"}, "filters.currency"),
        ({"due_in": "this_week", "due_from": "2026-03-02T09:00:00Z"}, "filters.due_in"),
        ({"summed_up_by": 3}, "filters.summed_up_by"),
    ],
)
def test_what_no_list_can_show_is_refused(company: Company, filters: dict[str, Any], field: str) -> None:
    answer = save(company, company.amir, filters=filters)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert names(company, company.amir) == []


def test_a_view_of_another_version_is_understood_as_far_as_it_can_be(company: Company) -> None:
    company.world.execute(
        "INSERT INTO saved_views (owner_id, name, shared, filters) VALUES "
        "(:id, 'Later', true, CAST(:filters AS jsonb)) RETURNING id",
        id=company.mia.id,
        filters='{"view": "overdue", "priority": "urgent", "sort": "moon", "tide": 3, "kind": "call"}',
    )
    saved(company, company.amir)
    [_, later] = company.get(company.amir, "/saved-views")["items"]
    shown = {name: value for name, value in later["filters"].items() if value is not None}
    assert shown == {"view": "overdue", "assignee": "all", "kind": "call"}


def test_one_person_has_a_hundred_at_most(company: Company) -> None:
    company.world.execute(
        "INSERT INTO saved_views (owner_id, name, filters) "
        "SELECT :id, 'View ' || n, '{}' FROM generate_series(1, 100) n RETURNING id",
        id=company.amir.id,
    )
    answer = save(company, company.amir)
    assert answer.status_code == 422
    assert "100 views" in answer.json()["errors"][0]["message"]
    assert save(company, company.otto).status_code == 201
