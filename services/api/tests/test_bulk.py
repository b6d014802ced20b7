"""One action on many follow-ups."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.waiting import eventually

from .companies import Company
from .conftest import Person, World

HOUR = timedelta(hours=1)
COUNTED = {"view": "overdue", "expected": 1, "as_of": "2031-01-01T00:00:00Z"}


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
    due = "2031-01-01T00:00:00Z"
    result = bulk(company, company.dana, [second, first, foreign, done, second], "reschedule", due_at=due)
    assert result["done"] == [second, first]
    assert [failure["id"] for failure in result["failed"]] == [foreign, done]
    assert "completed" in result["failed"][1]["message"]
    assert company.get(company.dana, f"/follow-ups/{first}")["due_at"] == due
    assert company.activities(first) == ["rescheduled"]
    assert company.activities(foreign) == []


def test_completing_many_again_is_one_completion_each(company: Company) -> None:
    ids = [company.follow_up(company.amir) for _ in range(3)]
    for changed in (ids, []):
        result = bulk(company, company.amir, ids, "complete")
        assert (result["done"], result["failed"]) == (ids, [])
        assert [each["id"] for each in result["changed"]] == changed
    assert [company.activities(follow_up_id) for follow_up_id in ids] == [["completed"]] * 3


def test_many_are_completed_and_come_again_each_as_it_was(company: Company) -> None:
    """In working hours of its assignee; an undo takes the next ones back; nobody inactive is given any."""
    first, second = (
        company.follow_up(company.amir, "Call Acme"),
        company.follow_up(company.mia, "Call Globex"),
    )
    done = company.follow_up(company.amir)
    company.ask(company.amir, "POST", f"/follow-ups/{done}/complete")
    left = company.follow_up(company.dana)
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.dana.id)
    next_ = {"preset": "in_a_week"}
    ids = [first, second, done, left]
    result = bulk(company, company.ada, ids, "complete", outcome="no answer", next=next_)
    assert (result["done"], [each["id"] for each in result["failed"]]) == ([first, second, done], [left])
    assert "is inactive: reassign it first" in result["failed"][0]["message"]
    planned = company.get(company.ada, "/follow-ups", view="upcoming", assignee="all")["items"]
    assert {(each["title"], each["assignee"]["id"]) for each in planned} == {
        ("Call Acme", company.amir.id),
        ("Call Globex", company.mia.id),
    }
    times = company.get(company.amir, "/follow-ups/presets")["items"]
    [in_a_week] = [each["due_at"] for each in times if each["preset"] == "in_a_week"]
    assert {each["due_at"] for each in planned} == {in_a_week}
    story = company.get(company.ada, f"/follow-ups/{planned[0]['id']}/activities")["items"]
    assert [each["kind"] for each in story] == ["created"]
    undone = bulk(company, company.ada, [first, second], "undo")
    assert undone["done"] == [first, second]
    assert company.get(company.ada, "/follow-ups", view="upcoming", assignee="all")["items"] == []


def test_what_comes_next_belongs_to_completing(company: Company) -> None:
    body = {"ids": [company.follow_up(company.amir)], "action": "acknowledge", "next": {"preset": "monday"}}
    answer = company.ask(company.amir, "POST", "/follow-ups/bulk", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Next belongs to the action complete."


@pytest.mark.parametrize(
    "action",
    [
        {"action": "complete"},
        {"action": "reschedule", "due_at": "2031-01-01T00:00:00Z"},
        {"action": "reassign", "assignee_id": 0},
    ],
)
def test_a_bulk_change_is_undone_by_the_tags_that_it_made_and_nothing_later_is(
    company: Company, action: dict[str, Any]
) -> None:
    """An older message is clicked after the same person has changed the second one again."""
    if "assignee_id" in action:
        action = {**action, "assignee_id": company.mia.id}
    ids = [company.follow_up(company.amir) for _ in range(2)]
    changed = bulk(company, company.dana, ids, **action)["changed"]
    assert changed == [
        {"id": id_, "etag": company.get(company.dana, f"/follow-ups/{id_}")["etag"]} for id_ in ids
    ]
    company.ask(company.dana, "PATCH", f"/follow-ups/{ids[1]}", json={"title": "Call in June"})
    later = company.get(company.dana, f"/follow-ups/{ids[1]}")
    result = bulk(company, company.dana, ids, "undo", etags=[each["etag"] for each in changed])
    assert (result["done"], [each["id"] for each in result["changed"]]) == ([ids[0]], [ids[0]])
    [failure] = result["failed"]
    assert (failure["id"], failure["message"][:24]) == (ids[1], "Changed since you looked")
    assert company.get(company.dana, f"/follow-ups/{ids[1]}") == later


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
        {"ids": list(range(1, 10_002)), "action": "complete"},
        {"action": "complete"},
        {"ids": [1], "filter": COUNTED, "action": "complete"},
        {"filter": COUNTED, "etags": [], "action": "complete"},
        {"filter": COUNTED, "action": "undo"},
        {"filter": {**COUNTED, "view": "completed"}, "action": "complete"},
        {"filter": {**COUNTED, "expected": None}, "action": "complete"},
        {"ids": [1], "action": "delete"},
        {"ids": [1], "action": "reassign"},
        {"ids": [1], "action": "reschedule"},
        {"ids": [1], "action": "complete", "due_at": "2027-01-01T00:00:00Z"},
        {"ids": [1], "action": "reschedule", "due_at": "2027-01-01T00:00:00"},
    ],
)
def test_a_wrong_request_is_refused(company: Company, body: dict[str, Any]) -> None:
    assert company.ask(company.ada, "POST", "/follow-ups/bulk", json=body).status_code == 422


def test_rows_are_locked_in_the_order_of_their_ids_wherever_they_lie(company: Company) -> None:
    """Everybody who locks several follow-ups keeps to it, so none waits for another for ever."""
    ids = [company.follow_up(company.amir) for _ in range(20)]
    company.world.execute("UPDATE follow_ups SET title = 'moved behind the others' WHERE id = :id", id=ids[0])
    with company.world.engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(text("SELECT id FROM follow_ups WHERE id = :id FOR UPDATE"), {"id": ids[0]})
        asked = pool.submit(bulk, company, company.ada, ids[::-1], "complete")
        waiting = text(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with company.world.engine.connect() as observer:
            observer.execution_options(isolation_level="AUTOCOMMIT")  # each look sees who is there now
            eventually(
                lambda: observer.execute(waiting).all(), what="the bulk action waits for the first row"
            )
            free = observer.execute(text("SELECT id FROM follow_ups FOR UPDATE SKIP LOCKED")).scalars().all()
        other.rollback()
        assert set(free) == set(ids[1:])
        assert asked.result(60)["done"] == ids[::-1]


@pytest.mark.parametrize("name", ["version", "etag"])
@pytest.mark.parametrize(
    "action",
    [
        {"action": "complete"},
        {"action": "reschedule", "due_at": "2031-01-01T00:00:00Z"},
        {"action": "reassign", "assignee_id": 0},
    ],
)
def test_what_somebody_changed_since_it_was_read_is_named_and_left_alone(
    company: Company, action: dict[str, Any], name: str
) -> None:
    """Somebody has moved the second one to June while it was still on the list of overdue ones."""
    if "assignee_id" in action:
        action = {**action, "assignee_id": company.mia.id}
    ids = [company.follow_up(company.amir) for _ in range(3)]
    seen = [company.get(company.dana, f"/follow-ups/{follow_up_id}") for follow_up_id in ids]
    company.ask(company.amir, "PATCH", f"/follow-ups/{ids[1]}", json={"due_at": "2030-06-01T00:00:00Z"})
    moved = company.get(company.dana, f"/follow-ups/{ids[1]}")
    body = {"ids": ids, f"{name}s": [entry[name] for entry in seen], **action}
    answer = company.ask(company.dana, "POST", "/follow-ups/bulk", json=body)
    assert answer.json()["done"] == [ids[0], ids[2]]
    [failure] = answer.json()["failed"]
    assert failure["id"] == ids[1]
    assert failure["message"].startswith("Changed since you looked")
    assert company.get(company.dana, f"/follow-ups/{ids[1]}") == moved


def test_completing_what_is_completed_is_harmless_whatever_was_seen(company: Company) -> None:
    follow_up_id = company.follow_up(company.amir)
    for _ in range(2):
        result = bulk(company, company.amir, [follow_up_id], "complete", versions=[1])
        assert (result["done"], result["failed"]) == ([follow_up_id], [])
    result = bulk(company, company.amir, [follow_up_id], "undo", versions=[1])
    assert [failure["id"] for failure in result["failed"]] == [follow_up_id]


@pytest.mark.parametrize("seen", [[], [1], [1, 2, 3], [1, 0], [1, None], [1, ""]])
@pytest.mark.parametrize("field", ["versions", "etags"])
def test_each_id_has_one_version(company: Company, field: str, seen: list[Any]) -> None:
    given = seen if field == "versions" else [str(value or "") for value in seen]
    body = {"ids": [1, 2], field: given, "action": "complete"}
    answer = company.ask(company.ada, "POST", "/follow-ups/bulk", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


def all_found(company: Company, who: Person, view: str = "overdue", **filters: Any) -> dict[str, Any]:
    """The filter of a bulk action, after counting."""
    counts = company.get(who, "/follow-ups/counts", **filters)
    return {"view": view, **filters, "expected": counts[view], "as_of": counts["as_of"]}


@pytest.mark.parametrize(
    "action",
    [
        {"action": "complete"},
        {"action": "reschedule", "due_at": "2031-01-01T00:00:00Z"},
        {"action": "reassign", "assignee_id": 0},
    ],
)
def test_all_that_a_list_finds_are_changed_and_undone(company: Company, action: dict[str, Any]) -> None:
    if "assignee_id" in action:
        action = {**action, "assignee_id": company.mia.id}
    ids = [company.follow_up(company.amir, f"Quote {n}") for n in range(3)]
    other, later = company.follow_up(company.amir), company.follow_up(company.amir, "Quote", overdue=-HOUR)
    foreign = company.follow_up(company.otto, "Quote of Otto")
    before = [company.get(company.ada, f"/follow-ups/{id_}") for id_ in ids]
    body = {"filter": all_found(company, company.dana, q="quote amir"), **action}
    answer = company.ask(company.dana, "POST", "/follow-ups/bulk", json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["done"], answer.json()["failed"]) == (ids, [])
    assert [company.activities(id_) for id_ in (other, later, foreign)] == [[], [], []]
    assert bulk(company, company.dana, answer.json()["done"], "undo")["done"] == ids
    for was in before:
        now = company.get(company.ada, f"/follow-ups/{was['id']}")
        same = ("due_at", "assignee_id", "status", "level", "next_step_at")
        assert [now[name] for name in same] == [was[name] for name in same]


def test_nothing_is_changed_when_there_are_more_or_fewer_than_were_counted(company: Company) -> None:
    ids = [company.follow_up(company.amir) for _ in range(3)]
    found = all_found(company, company.amir)
    company.follow_up(company.amir)
    for filter_, number in ((found, 4), ({**found, "expected": 5}, 4)):
        body = {"filter": filter_, "action": "complete"}
        refused = company.ask(company.amir, "POST", "/follow-ups/bulk", json=body)
        assert (refused.status_code, refused.json()["found"]) == (409, number)
        assert "count again" in refused.json()["detail"]
    assert [company.activities(id_) for id_ in ids] == [[], [], []]


def test_what_changed_since_the_count_is_named_and_left_alone(
    company: Company,
) -> None:
    ids = [company.follow_up(company.amir) for _ in range(3)]
    found = all_found(company, company.dana)
    company.ask(company.amir, "PATCH", f"/follow-ups/{ids[1]}", json={"notes": "Wait for her letter."})
    body = {"filter": found, "action": "complete"}
    answer = company.ask(company.dana, "POST", "/follow-ups/bulk", json=body).json()
    assert answer["done"] == [ids[0], ids[2]]
    [failure] = answer["failed"]
    assert (failure["id"], failure["message"].split(":")[0]) == (ids[1], "Changed since you looked")
    assert company.activities(ids[1]) == ["edited"]


def test_ten_thousand_are_changed_at_once_and_no_more(company: Company) -> None:
    company.world.execute(
        "INSERT INTO follow_ups (title, due_at, assignee_id) "
        "SELECT 'Call ' || i, now() - interval '1 hour', :id FROM generate_series(1, 10001) i",
        id=company.amir.id,
    )
    body = {"filter": all_found(company, company.amir), "action": "reassign", "assignee_id": company.mia.id}
    refused = company.ask(company.dana, "POST", "/follow-ups/bulk", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "filter")
    company.world.execute("DELETE FROM follow_ups WHERE id = (SELECT min(id) FROM follow_ups)")
    body["filter"] = all_found(company, company.amir)
    answer = company.ask(company.dana, "POST", "/follow-ups/bulk", json=body)
    assert len(answer.json()["done"]) == 10_000
    undone = bulk(company, company.dana, answer.json()["done"], "undo")
    assert (len(undone["done"]), undone["failed"]) == (10_000, [])
    assert company.get(company.amir, "/follow-ups/counts")["overdue"] == 10_000
