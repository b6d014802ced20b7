"""Handing over a person's open work: counted first, told once, undone for a day, given back on its day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from followup_common.contracts import OutboxTick
from httpx import Response

from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import Person
from .test_absences import days, planned


def hand_over(company: Company, who: Person, giver: Person, **body: Any) -> Response:
    return company.ask(who, "POST", f"/users/{giver.id}/hand-over", json=body)


def handed_over(company: Company, who: Person, giver: Person, **body: Any) -> dict[str, Any]:
    """Hand over what is counted first, as the page does."""
    counted = hand_over(company, who, giver, **body, dry_run=True).json()
    answer = hand_over(company, who, giver, **body, expected=counted["count"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (found["count"], found["overdue"]) == (counted["count"], counted["overdue"])
    return found


def inbox(company: Company, who: Person, **query: Any) -> list[str]:
    return [entry["message"] for entry in company.get(who, "/notifications", **query)["items"]]


def owners(company: Company, *ids: int) -> list[int]:
    rows = company.world.execute(
        "SELECT assignee_id FROM follow_ups WHERE id = ANY(:ids) ORDER BY id", ids=list(ids)
    )
    return [row.assignee_id for row in rows]


@pytest.fixture
def ben(company: Company) -> Person:
    """Somebody whom Max manages, to whom Dana may hand over too."""
    boss = company.world.person("Max Other", "manager", company.dana)
    return company.world.person("Ben Ode", "employee", boss)


def test_all_open_work_goes_over_and_everyone_concerned_is_told_once(
    company: Company, pipeline: Pipeline, ben: Person
) -> None:
    fresh = [company.follow_up(company.amir, f"Call {i}", overdue=timedelta(hours=-5)) for i in range(3)]
    escalated = [company.follow_up(company.amir, f"Old {i}", overdue=timedelta(hours=50)) for i in range(2)]
    done = company.follow_up(company.amir, completed_at="2026-03-01T09:00:00Z")
    other = company.follow_up(company.mia)
    pipeline.request_sweep()
    pipeline.work()
    counted = hand_over(company, company.dana, company.amir, to=ben.id, dry_run=True).json()
    assert counted == {"count": 5, "overdue": 2, "hand_over": None, "assignee_absent_until": None}
    assert owners(company, *fresh, *escalated) == [company.amir.id] * 5
    found = handed_over(company, company.dana, company.amir, to=ben.id)["hand_over"]
    assert (found["from"]["name"], found["to"]["name"], found["number"]) == ("Amir Patel", "Ben Ode", 5)
    assert owners(company, *fresh, *escalated, done, other) == [ben.id] * 5 + [
        company.amir.id,
        company.mia.id,
    ]
    for _ in range(2):  # the second time everything comes once more
        pipeline.publish(pipeline.everything_sent())
        pipeline.work()
    assert company.get(ben, "/notifications/unread-count") == {"unread": 1}
    [summary] = company.get(ben, "/notifications")["items"]  # and none of what it sums up
    assert (summary["kind"], summary["number"]) == ("summary", 5)
    assert summary["message"] == "5 follow-ups came to you from Amir Patel"
    each = company.get(ben, "/notifications", summed_up_by=summary["id"])["items"]
    assert [entry["read_at"] is None for entry in each] == [False] * 5
    boss = company.world.execute("SELECT id FROM users WHERE name = 'Max Other'")[0].id
    said = company.world.execute(
        "SELECT details ->> 'number' AS number FROM notifications WHERE user_id = :id AND read_at IS NULL",
        id=boss,
    )
    assert [row.number for row in said] == ["2"]  # of those that had reached the managers' step
    assert company.activities(fresh[0]) == ["reassigned"]
    assert "assignment_announced" in company.activities(escalated[0])
    entry = company.get(company.ada, "/ops/audit-log")["items"][0]
    assert entry["summary"] == "Dana Reyes handed 5 follow-ups of Amir Patel to Ben Ode"


def told(company: Company, who: Person) -> list[dict[str, Any]]:
    """What somebody has heard of hand-overs, and not read."""
    entries = company.get(who, "/notifications", unread=True)["items"]
    return [entry for entry in entries if entry["sums_up"] == "hand_over"]


def listed(company: Company, who: Person, **query: Any) -> list[int]:
    items = company.get(who, "/follow-ups", view="all", **query)["items"]
    return sorted(item["id"] for item in items)


def may_change(company: Company, who: Person, summary: int) -> set[bool]:
    """What the rows of the list that a notification opens say of whether one may change them."""
    items = company.get(who, "/follow-ups", view="all", summed_up_by=summary)["items"]
    return {item["may_change"] for item in items}


def test_who_stands_in_for_the_new_assignee_may_change_what_went_from_them(
    company: Company, pipeline: Pipeline, ben: Person
) -> None:
    """What they were told of in that one's place, and nothing else of it."""
    calls = [company.follow_up(company.amir, overdue=timedelta(hours=1)) for _ in range(2)]
    pipeline.request_sweep()
    pipeline.work()
    handed_over(company, company.dana, company.amir, to=ben.id)
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    [entry] = told(company, company.amir)
    planned(company, company.ada, user_id=ben.id, substitute_id=company.amir.id)
    company.world.execute(
        "UPDATE notifications SET fallback = 'substitute', for_user_id = :ben "
        "WHERE user_id = :amir AND follow_up_id = :call",
        **{"ben": ben.id, "amir": company.amir.id, "call": calls[0]},
    )
    found = company.get(company.amir, "/follow-ups", view="all", summed_up_by=entry["id"])["items"]
    assert {each["id"]: each["may_change"] for each in found} == {calls[0]: True, calls[1]: False}


def test_from_whom_work_was_taken_hears_of_it_once_and_reads_what_became_of_it(
    company: Company, pipeline: Pipeline, ben: Person
) -> None:
    calls = [company.follow_up(company.amir, f"Old {i}", overdue=timedelta(hours=1)) for i in range(6)]
    pipeline.request_sweep()
    pipeline.work()
    [before] = company.get(company.amir, "/notifications", unread=True)["items"]
    handed_over(company, company.dana, company.amir, to=ben.id)
    own, of_ben = company.follow_up(company.amir), company.follow_up(ben)
    for _ in range(2):
        pipeline.publish(pipeline.everything_sent())
        pipeline.work()
    [entry] = told(company, company.amir)
    assert entry["message"] == "6 of your follow-ups went to Ben Ode for good"
    assert (entry["reason"], entry["number"]) == ("Dana Reyes handed work over.", 6)
    [taken] = told(company, ben)
    assert entry["in_lists"]
    assert taken["in_lists"]
    company.ask(ben, "POST", f"/follow-ups/{calls[0]}/complete")
    assert listed(company, ben, summed_up_by=taken["id"]) == calls
    for summary in (entry, before):
        assert listed(company, company.amir, summed_up_by=summary["id"]) == calls
    assert company.get(company.amir, "/follow-ups/counts", summed_up_by=entry["id"])["overdue"] == 5
    assert listed(company, company.amir) == [own]
    assert listed(company, company.otto, summed_up_by=entry["id"]) == []
    assert may_change(company, company.amir, entry["id"]) == {False}
    assert may_change(company, ben, taken["id"]) == {True}
    path = f"/follow-ups/{calls[1]}"
    read = company.get(company.amir, path)
    assert (read["assignee_id"], read["may_change"]) == (ben.id, False)
    assert company.ask(company.amir, "POST", f"{path}/complete").status_code == 404
    assert company.ask(company.amir, "GET", f"/follow-ups/{of_ben}").status_code == 404
    as_of = company.get(company.amir, "/follow-ups/counts")["as_of"]
    those = {"view": "overdue", "summed_up_by": entry["id"], "expected": 5, "as_of": as_of}
    refused = company.ask(
        company.amir, "POST", "/follow-ups/bulk", json={"action": "complete", "filter": those}
    )
    assert (refused.status_code, refused.json()["found"]) == (409, 0)


def test_who_had_heard_of_a_hand_over_hears_once_that_it_was_taken_back(
    company: Company, pipeline: Pipeline, ben: Person
) -> None:
    boss = company.world.execute("SELECT id FROM users WHERE name = 'Max Other'")[0].id
    old = company.follow_up(company.amir, "Old", overdue=timedelta(hours=50))
    changed, kept = company.follow_up(company.amir), company.follow_up(company.amir)
    pipeline.request_sweep()
    pipeline.work()
    until = days()["to"]
    number = handed_over(company, company.dana, company.amir, to=ben.id, until=until)["hand_over"]["id"]
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    [given], [got] = told(company, company.amir), told(company, ben)
    last = f"{date.fromisoformat(until):%-d %b}"
    assert given["message"] == f"3 of your follow-ups went to Ben Ode until {last}"
    assert got["message"] == f"3 follow-ups came to you from Amir Patel until {last}"
    company.ask(ben, "PATCH", f"/follow-ups/{changed}", json={"notes": "Mine now"})
    assert company.ask(company.dana, "POST", f"/hand-overs/{number}/undo").json()["given_back"] == 2
    for _ in range(2):
        pipeline.publish(pipeline.everything_sent())
        pipeline.work()
    back, gone = told(company, company.amir)[0], told(company, ben)[0]
    assert back["message"] == "2 follow-ups came back to you from Ben Ode"
    assert gone["message"] == "2 follow-ups went back to Amir Patel"
    assert back["reason"] == gone["reason"] == "Dana Reyes took the hand-over back."
    assert listed(company, ben, summed_up_by=gone["id"]) == [old, kept]
    assert listed(company, company.amir, summed_up_by=back["id"]) == [old, kept]
    said = company.world.execute(
        "SELECT audience, details ->> 'number' AS number FROM notifications "
        "WHERE user_id = :id AND summary_of = :hand_over ORDER BY id",
        id=boss,
        hand_over=number,
    )
    assert [tuple(row) for row in said] == [("handed_over", "1"), ("handed_back", "1")]
    assert [len(told(company, each)) for each in (company.amir, ben, company.dana)] == [2, 2, 0]


@pytest.mark.parametrize(
    ("who", "heard"), [("mia", []), ("dana", ["1 follow-up came back to you from Amir Patel"])]
)
def test_who_gave_their_own_work_hears_only_that_somebody_else_took_it_back(
    company: Company, pipeline: Pipeline, who: str, heard: list[str]
) -> None:
    company.follow_up(company.mia)
    number = handed_over(company, company.mia, company.mia, to=company.amir.id)["hand_over"]["id"]
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    assert told(company, company.mia) == []
    assert company.ask(getattr(company, who), "POST", f"/hand-overs/{number}/undo").status_code == 200
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    assert [entry["message"] for entry in told(company, company.mia)] == heard
    assert len(told(company, company.amir)) == 2


def test_a_filter_narrows_it_and_a_count_that_has_changed_stops_it(company: Company) -> None:
    vip = company.follow_up(company.amir, tags=["vip"])
    plain = company.follow_up(company.amir)
    body = {"to": company.mia.id, "filter": {"tag": "vip"}}
    refused = hand_over(company, company.mia, company.amir, **body, expected=2)
    assert (refused.status_code, refused.json()["found"]) == (409, 1)
    uncounted = hand_over(company, company.mia, company.amir, **body)
    assert (uncounted.status_code, uncounted.json()["errors"][0]["field"]) == (422, "expected")
    handed_over(company, company.mia, company.amir, **body)
    assert owners(company, vip, plain) == [company.mia.id, company.amir.id]


@pytest.mark.parametrize(
    ("to", "more", "field"),
    [("amir", {}, "to"), ("otto", {}, "to"), ("mia", {"until": "2026-01-01"}, "until")],
)
def test_to_whom_it_cannot_go(company: Company, to: str, more: dict[str, Any], field: str) -> None:
    person: Person = getattr(company, to)
    answer = hand_over(company, company.mia, company.amir, to=person.id, dry_run=True, **more)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_for_a_day_it_is_undone_but_for_what_was_changed(
    company: Company, pipeline: Pipeline, ben: Person
) -> None:
    kept, changed, done = (company.follow_up(company.amir, f"Call {i}") for i in range(3))
    number = handed_over(company, company.dana, company.amir, to=ben.id)["hand_over"]["id"]
    company.ask(ben, "PATCH", f"/follow-ups/{changed}", json={"notes": "Mine now"})
    company.ask(ben, "POST", f"/follow-ups/{done}/complete")
    path = f"/hand-overs/{number}/undo"
    assert company.ask(ben, "POST", path).status_code == 404
    undone = company.ask(company.dana, "POST", path)
    assert (undone.status_code, undone.json()["given_back"]) == (200, 1)
    assert owners(company, kept, changed, done) == [company.amir.id, ben.id, ben.id]
    assert company.ask(company.dana, "POST", path).status_code == 409
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    gone = "2 of your follow-ups went to Ben Ode for good"  # nothing of the one that is back
    assert inbox(company, company.amir, unread=True) == [gone]
    assert inbox(company, ben, unread=True) == ["1 follow-up came to you from Amir Patel"]
    late = handed_over(company, company.dana, company.amir, to=ben.id)["hand_over"]["id"]
    company.world.execute("UPDATE hand_overs SET created_at = created_at - interval '25 hours'")
    assert company.ask(company.dana, "POST", f"/hand-overs/{late}/undo").status_code == 409
    assert len(company.get(company.dana, "/hand-overs", user_id=ben.id)["items"]) == 2


def test_who_was_given_one_just_before_hears_of_it_when_the_hand_over_is_undone(
    company: Company, pipeline: Pipeline, ben: Person
) -> None:
    given, own = company.follow_up(company.otto), company.follow_up(company.amir)
    body = {"assignee_id": company.amir.id}
    assert company.ask(company.ada, "PATCH", f"/follow-ups/{given}", json=body).status_code == 200
    number = handed_over(company, company.ada, company.amir, to=ben.id)["hand_over"]["id"]
    assert company.ask(company.ada, "POST", f"/hand-overs/{number}/undo").json()["given_back"] == 2
    for _ in range(2):
        pipeline.publish(pipeline.everything_sent())
        pipeline.work()
    told = company.world.execute(
        "SELECT follow_up_id, user_id FROM notifications WHERE step = 0 AND read_at IS NULL"
    )
    assert [(row.follow_up_id, row.user_id) for row in told] == [(given, company.amir.id)]
    assert owners(company, own) == [company.amir.id]


def test_until_a_day_it_goes_back_then_and_who_gets_it_is_told_once(
    company: Company, pipeline: Pipeline, ben: Person
) -> None:
    kept, changed = (company.follow_up(company.amir, f"Call {i}") for i in range(2))
    handed_over(company, company.dana, company.amir, to=ben.id, until=days()["to"])
    company.ask(ben, "PATCH", f"/follow-ups/{changed}", json={"notes": "Mine now"})
    pipeline.tick(OutboxTick())
    pipeline.work()
    assert owners(company, kept, changed) == [ben.id] * 2
    company.world.execute("UPDATE hand_overs SET until = current_date - 2")
    for _ in range(2):
        pipeline.tick(OutboxTick())
        pipeline.work()
    assert owners(company, kept, changed) == [company.amir.id, ben.id]
    assert inbox(company, company.amir, unread=True) == ["1 follow-up came back to you from Ben Ode"]
    assert inbox(company, ben, unread=True) == ["1 follow-up went back to Amir Patel"]
    [entry, *_] = company.get(company.amir, f"/follow-ups/{kept}/activities")["items"]
    assert entry["summary"] == "The system handed it from Ben Ode to Amir Patel"


def test_who_leaves_hands_their_open_work_over_in_the_same_transaction(company: Company) -> None:
    call, done = company.follow_up(company.amir), company.follow_up(company.otto)
    for person, to, owner in (
        (company.amir, None, company.mia),
        (company.otto, company.dana.id, company.dana),
    ):
        body = {"active": False, "open_work": {"hand_over_to": to}}
        assert company.ask(company.ada, "PATCH", f"/users/{person.id}", json=body).status_code == 200
        assert owner.id in owners(company, call, done)
    assert owners(company, call, done) == [company.mia.id, company.dana.id]


def test_what_becomes_of_open_work_is_asked_of_who_leaves_and_has_to_be_possible(company: Company) -> None:
    call = company.follow_up(company.otto)
    path = f"/users/{company.otto.id}"
    for body, field in (
        ({"open_work": {"hand_over_to": company.mia.id}}, "open_work"),
        ({"active": False, "open_work": {"hand_over_to": None}}, "open_work.hand_over_to"),
        ({"active": False, "open_work": {"hand_over_to": company.otto.id}}, "open_work.hand_over_to"),
    ):
        answer = company.ask(company.ada, "PATCH", path, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert owners(company, call) == [company.otto.id]


def test_nobody_is_deactivated_while_it_is_open_what_becomes_of_their_work(company: Company) -> None:
    call, path = company.follow_up(company.otto), f"/users/{company.otto.id}"
    refused = company.ask(company.ada, "PATCH", path, json={"active": False, "name": "Otto Gone"})
    assert (refused.status_code, refused.json()["count"]) == (409, 1)
    [error] = refused.json()["errors"]
    assert error["field"] == "open_work"
    assert "has one open follow-up" in error["message"]
    assert "hand_over_to" in error["message"]
    assert company.get(company.ada, path)["active"]
    for said in ({}, {"stays": False}, {"stays": True, "hand_over_to": None}):
        unclear = company.ask(company.ada, "PATCH", path, json={"active": False, "open_work": said})
        assert (unclear.status_code, unclear.json()["errors"][0]["field"]) == (422, "open_work")
    left = {"active": False, "has_open_work": True}
    assert company.get(company.ada, "/users", **left)["items"] == []
    stays = {"active": False, "open_work": {"stays": True}}
    assert company.ask(company.ada, "PATCH", path, json=stays).status_code == 200
    assert [person["id"] for person in company.get(company.ada, "/users", **left)["items"]] == [
        company.otto.id
    ]
    assert owners(company, call) == [company.otto.id]
    later = {"active": False, "open_work": {"hand_over_to": company.dana.id}}
    assert company.ask(company.ada, "PATCH", path, json=later).status_code == 200
    assert owners(company, call) == [company.dana.id]
    assert company.ask(company.ada, "PATCH", path, json={"active": False}).status_code == 200
