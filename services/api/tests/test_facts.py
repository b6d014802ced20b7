"""Kind, priority, tags and value of follow-ups: planned, changed, listed, changed many at once."""

from __future__ import annotations

from typing import Any

import pytest

from .companies import Company
from .conftest import World

FACTS: dict[str, Any] = {
    "kind": "call",
    "priority": "high",
    "tags": ["renewal", "vip"],
    "value": {"amount": "1200.50", "currency": "EUR"},
}
NOTHING: dict[str, Any] = {"kind": "task", "priority": "normal", "tags": [], "value": None}


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def facts(follow_up: dict[str, Any]) -> dict[str, Any]:
    return {name: follow_up[name] for name in FACTS}


def bulk(company: Company, ids: list[int], **edit: Any) -> dict[str, Any]:
    body = {"ids": ids, "action": "edit", **edit}
    answer = company.ask(company.amir, "POST", "/follow-ups/bulk", json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def summaries(company: Company, follow_up: int) -> list[str]:
    """What was done to a follow-up, latest first."""
    found = company.get(company.amir, f"/follow-ups/{follow_up}/activities")["items"]
    return [entry["summary"] for entry in found]


def test_a_new_one_has_what_was_said_and_else_what_is_usual(company: Company) -> None:
    assert facts(company.create(company.amir)) == NOTHING
    created = company.create(company.amir, **FACTS)
    assert facts(created) == FACTS
    assert facts(company.get(company.amir, f"/follow-ups/{created['id']}")) == FACTS


def test_tags_are_kept_in_one_form(company: Company) -> None:
    created = company.create(company.amir, tags=["  VIP ", "vip", "Straße", "Key\t account"])
    assert created["tags"] == ["key account", "strasse", "vip"]


def test_each_can_be_changed_and_the_history_says_from_what_to_what(company: Company) -> None:
    number = company.create(company.amir, **FACTS)["id"]
    change = {
        **{"kind": "visit", "priority": "low", "tags": ["renewal", "trial"]},
        "value": {"amount": "1000000", "currency": "USD"},
    }
    answer = company.ask(company.amir, "PATCH", f"/follow-ups/{number}", json=change)
    assert facts(answer.json()) == {**change, "value": {"amount": "1000000.00", "currency": "USD"}}
    assert answer.json()["version"] == 2
    assert summaries(company, number)[0] == (
        "Amir Patel changed the kind from call to visit, the tags (added “trial”, removed “vip”), the value "
        "from EUR 1,200.50 to USD 1,000,000.00 and the priority from high to low"
    )
    answer = company.ask(company.amir, "PATCH", f"/follow-ups/{number}", json={"value": None, "tags": []})
    assert facts(answer.json()) == {**NOTHING, "kind": "visit", "priority": "low"}
    assert summaries(company, number)[0].endswith("the value from USD 1,000,000.00 to none")


def test_what_is_so_already_changes_nothing(company: Company) -> None:
    number = company.create(company.amir, **FACTS)["id"]
    same = {**FACTS, "tags": ["VIP", "renewal"], "value": {"amount": "1200.5", "currency": "EUR"}}
    assert company.ask(company.amir, "PATCH", f"/follow-ups/{number}", json=same).json()["version"] == 1


def test_an_undo_puts_them_back(company: Company) -> None:
    number = company.create(company.amir, **FACTS)["id"]
    company.ask(company.amir, "PATCH", f"/follow-ups/{number}", json=NOTHING)
    answer = company.ask(company.amir, "POST", f"/follow-ups/{number}/undo")
    assert facts(answer.json()) == FACTS
    changes = company.get(company.amir, f"/follow-ups/{number}/activities")["items"][0]["details"]["changes"]
    assert changes["value"] == {"from": None, "to": FACTS["value"]}


@pytest.mark.parametrize(
    ("wrong", "field", "fix"),
    [
        ({"kind": "carrier pigeon"}, "kind", "use call, e-mail, meeting, visit or task"),
        ({"priority": "urgent"}, "priority", "'low', 'normal' or 'high'"),
        ({"tags": ["a,b"]}, "tags.0", "make two tags of it"),
        ({"tags": ["x" * 51]}, "tags.0", "shorten it"),
        ({"tags": [f"tag {number}" for number in range(21)]}, "tags", "leave some out"),
        ({"value": {"amount": 5, "currency": "EUR"}}, "value.amount", "as a text"),
        ({"value": {"amount": "1,200.00", "currency": "EUR"}}, "value.amount", "write digits"),
        ({"value": {"amount": "-1", "currency": "EUR"}}, "value.amount", "of 0 or more"),
        ({"value": {"amount": "1e3", "currency": "EUR"}}, "value.amount", "write digits"),
        ({"value": {"amount": "1.00", "currency": "XXX"}}, "value.currency", "such as EUR"),
        ({"value": {"amount": "1.00"}}, "value.currency", ""),
    ],
)
def test_what_is_wrong_is_named_with_the_fix(
    company: Company, wrong: dict[str, Any], field: str, fix: str
) -> None:
    number = company.create(company.amir)["id"]
    planned = {"title": "Call", "due_at": "2026-03-02T09:00:00Z", **wrong}
    for method, path, body in (("POST", "", planned), ("PATCH", f"/{number}", wrong)):
        answer = company.ask(company.amir, method, f"/follow-ups{path}", json=body)
        assert answer.status_code == 422, answer.text
        [error] = answer.json()["errors"]
        assert error["field"] == field
        assert fix in error["message"], error


def test_lists_counts_and_files_are_narrowed_by_each(company: Company) -> None:
    company.create(company.amir, title="Plain")
    company.create(company.amir, title="Facts", **FACTS)
    company.create(company.amir, title="Dollars", value={"amount": "1200.50", "currency": "USD"})
    for narrowed in (
        {"kind": "call"},
        {"priority": "high"},
        {"tag": "VIP"},
        {"currency": "EUR"},
        {"value_from": "1200.5", "currency": "EUR"},
        {"value_to": "1200.50", "currency": "EUR", "kind": "call", "tag": "renewal"},
    ):
        for view in ("overdue", "all"):
            assert company.titles(company.ada, "/follow-ups", view=view, **narrowed) == ["Facts"], narrowed
        assert company.get(company.amir, "/follow-ups/counts", **narrowed)["overdue"] == 1
        file = company.ask(company.amir, "GET", "/follow-ups/export", params={"view": "all", **narrowed})
        assert "Facts" in file.text
        assert "Plain" not in file.text
    assert company.titles(company.amir, "/follow-ups", value_from="1200.51", currency="EUR") == []
    assert company.titles(company.amir, "/follow-ups", q="VIP") == ["Facts"]


def test_every_page_of_a_narrowed_list_comes_once(company: Company) -> None:
    made = [company.create(company.amir, title=f"{number}", priority="high")["title"] for number in range(5)]
    company.create(company.amir, title="normal")
    seen, cursor = [], None
    while True:
        query = {"view": "overdue", "priority": "high", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = company.get(company.ada, "/follow-ups", **query)
        seen += [entry["title"] for entry in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == made


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"value_from": "5"}, "currency"),
        ({"value_from": "5", "value_to": "4", "currency": "EUR"}, "value_to"),
        ({"value_from": "1.234", "currency": "EUR"}, "value_from"),
        ({"currency": "euro"}, "currency"),
        ({"priority": "urgent"}, "priority"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(company: Company, query: dict[str, str], field: str) -> None:
    answer = company.ask(company.amir, "GET", "/follow-ups", params=query)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]


def test_many_are_edited_at_once(company: Company) -> None:
    first = company.create(company.amir, **FACTS)["id"]
    second = company.create(company.amir, tags=["ältere", "zebra"])["id"]
    so = company.create(company.amir, kind="visit", priority="low", tags=["new", "zebra"])["id"]
    full = company.create(company.amir, tags=[f"tag {number}" for number in range(20)])["id"]
    edit = {"kind": "visit", "priority": "low", "add_tags": ["New", "zebra"], "remove_tags": ["vip"]}
    result = bulk(company, [first, second, so, full], **edit)
    assert result["done"] == [first, second, so]
    assert [changed["id"] for changed in result["changed"]] == [first, second]
    [failure] = result["failed"]
    assert (failure["id"], "more than 20 tags" in failure["message"]) == (full, True)
    assert company.get(company.amir, f"/follow-ups/{first}")["tags"] == ["new", "renewal", "zebra"]
    assert company.get(company.amir, f"/follow-ups/{second}")["tags"] == ["new", "zebra", "ältere"]
    assert summaries(company, second)[0] == (
        "Amir Patel changed the kind from task to visit, the tags (added “new”) and the priority from normal "
        "to low"
    )
    undone = {"ids": [first], "action": "undo"}
    assert company.ask(company.amir, "POST", "/follow-ups/bulk", json=undone).json()["done"] == [first]
    assert facts(company.get(company.amir, f"/follow-ups/{first}")) == FACTS


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "edit"},
        {"action": "complete", "priority": "high"},
        {"action": "edit", "add_tags": ["a"], "remove_tags": ["A"]},
        {"action": "edit", "kind": "carrier pigeon"},
    ],
)
def test_an_edit_of_many_that_means_nothing_is_refused(company: Company, wrong: dict[str, Any]) -> None:
    number = company.create(company.amir)["id"]
    answer = company.ask(company.amir, "POST", "/follow-ups/bulk", json={"ids": [number], **wrong})
    assert answer.status_code == 422, answer.text


def test_all_that_a_narrowed_list_holds_are_edited(company: Company) -> None:
    company.create(company.amir, **FACTS)
    other = company.create(company.amir)["id"]
    counted = company.get(company.amir, "/follow-ups/counts", tag="vip")
    found = {"view": "overdue", "tag": "vip", "expected": counted["overdue"], "as_of": counted["as_of"]}
    body = {"filter": found, "action": "edit", "priority": "low"}
    answer = company.ask(company.amir, "POST", "/follow-ups/bulk", json=body)
    assert len(answer.json()["changed"]) == 1
    assert company.get(company.amir, f"/follow-ups/{other}")["priority"] == "normal"
