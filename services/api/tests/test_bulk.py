"""One action on many follow-ups."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .companies import Company
from .conftest import Person, World


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def bulk(company: Company, who: Person, ids: list[int], action: str, **more: Any) -> dict[str, Any]:
    body = {"ids": ids, "action": action, **more}
    answer = company.ask(who, "POST", "/follow-ups/bulk", json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def test_what_can_be_done_is_done_and_the_rest_says_why(company: Company) -> None:
    first, second = company.follow_up(company.amir), company.follow_up(company.mia)
    foreign = company.follow_up(company.otto)
    done = company.follow_up(company.amir)
    company.ask(company.amir, "POST", f"/follow-ups/{done}/complete")
    due = "2027-01-01T00:00:00Z"
    result = bulk(company, company.dana, [second, first, foreign, done, second], "reschedule", due_at=due)
    assert result["done"] == [second, first]
    assert [failure["id"] for failure in result["failed"]] == [foreign, done]
    assert "completed" in result["failed"][1]["message"]
    assert company.get(company.dana, f"/follow-ups/{first}")["due_at"] == due
    assert company.activities(first) == ["rescheduled"]
    assert company.activities(foreign) == []


def test_completing_many_again_is_one_completion_each(company: Company) -> None:
    ids = [company.follow_up(company.amir) for _ in range(3)]
    for _ in range(2):
        assert bulk(company, company.amir, ids, "complete") == {"done": ids, "failed": []}
    assert [company.activities(follow_up_id) for follow_up_id in ids] == [["completed"]] * 3


def test_reassigning_many_tells_of_each_that_moved(company: Company) -> None:
    ids = [company.follow_up(company.amir), company.follow_up(company.mia)]
    result = bulk(company, company.dana, ids, "reassign", assignee_id=company.mia.id)
    assert result["done"] == ids
    [event] = company.events("reassigned")
    assert (event["follow_up_id"], event["assignee_id"], event["assignment"]) == (ids[0], company.mia.id, 2)


def test_nobody_outside_the_scope_can_be_given_many(company: Company) -> None:
    body = {"ids": [company.follow_up(company.amir)], "action": "reassign", "assignee_id": company.otto.id}
    answer = company.ask(company.dana, "POST", "/follow-ups/bulk", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "assignee_id"


@pytest.mark.parametrize(
    "body",
    [
        {"ids": [], "action": "complete"},
        {"ids": list(range(1, 202)), "action": "complete"},
        {"ids": [1], "action": "delete"},
        {"ids": [1], "action": "reassign"},
        {"ids": [1], "action": "reschedule"},
        {"ids": [1], "action": "complete", "due_at": "2027-01-01T00:00:00Z"},
        {"ids": [1], "action": "reschedule", "due_at": "2027-01-01T00:00:00"},
    ],
)
def test_a_wrong_request_is_refused(company: Company, body: dict[str, Any]) -> None:
    assert company.ask(company.ada, "POST", "/follow-ups/bulk", json=body).status_code == 422


def test_opposite_orders_do_not_wait_for_each_other_in_a_circle(company: Company) -> None:
    ids = [company.follow_up(company.amir) for _ in range(100)]

    def move(n: int) -> int:
        order = ids if n % 2 else ids[::-1]
        return len(
            bulk(company, company.ada, order, "reschedule", due_at=f"2027-01-{n + 1:02d}T00:00:00Z")["done"]
        )

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(move, range(12))) == [100] * 12
