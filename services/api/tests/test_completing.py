"""Completing with an outcome and what comes next; calls and notes; the history of a lead or client."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import Response

from .companies import Company
from .conftest import Person

BERLIN = ZoneInfo("Europe/Berlin")
DUE = "2031-01-06T09:00:00Z"


def complete(company: Company, follow_up: int, who: Person | None = None, **body: Any) -> Response:
    return company.ask(who or company.amir, "POST", f"/follow-ups/{follow_up}/complete", json=body)


def read(company: Company, follow_up: int) -> dict[str, Any]:
    found: dict[str, Any] = company.get(company.amir, f"/follow-ups/{follow_up}")
    return found


def summaries(company: Company, path: str) -> list[str]:
    return [entry["summary"] for entry in company.get(company.amir, f"{path}/activities")["items"]]


def undo(company: Company, follow_up: int) -> Response:
    return company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/undo")


def test_it_says_what_came_of_it(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    answer = complete(company, follow_up, outcome="no answer", note="Voicemail is full.")
    assert (answer.status_code, answer.json()["outcome"], answer.json()["next"]) == (200, "no answer", None)
    assert read(company, follow_up)["outcome"] == "no answer"
    assert summaries(company, f"/follow-ups/{follow_up}")[0] == (
        "Amir Patel completed it: No answer. “Voicemail is full.”"
    )


def test_without_a_body_it_is_done(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    answer = company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/complete")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "done")


def test_what_comes_next_is_planned_with_it_and_keeps_what_it_is_about(company: Company) -> None:
    subject = {"kind": "client", "name": "Acme", "external_id": "A-1"}
    before = company.create(company.amir, subject=subject, kind="call", priority="high", tags=["vip"])
    answer = complete(company, before["id"], outcome="reached", next={"title": "Send offer", "due_at": DUE})
    planned = answer.json()["next"]
    assert (planned["title"], planned["due_at"], planned["status"]) == ("Send offer", DUE, "open")
    for kept in ("subject", "kind", "priority", "tags", "assignee_id"):
        assert planned[kept] == before[kept]
    assert planned["notes"] == ""
    assert "after “Call Acme”" in summaries(company, f"/follow-ups/{planned['id']}")[0]
    assert summaries(company, f"/follow-ups/{before['id']}")[0] == (
        "Amir Patel completed it and planned the next one: Reached"
    )


def test_completing_it_again_plans_nothing(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    for _ in range(2):
        answer = complete(company, follow_up, next={"due_at": DUE})
        assert answer.status_code == 200
    assert answer.json()["next"] is None
    assert len(company.get(company.amir, "/follow-ups")["items"]) == 2


def later(company: Company, seen: dict[str, Any], who: Person, key: str) -> Response:
    """As a browser sends what was completed while it had no connection."""
    headers = {"If-Match": seen["etag"], "Idempotency-Key": key}
    path = f"/follow-ups/{seen['id']}/complete"
    return company.ask(who, "POST", path, params={"only_open": "true"}, headers=headers)


def test_one_that_is_completed_already_is_refused_where_only_an_open_one_is_meant(company: Company) -> None:
    seen = company.create(company.amir)
    assert complete(company, seen["id"], company.mia, outcome="reached").status_code == 200
    answer = later(company, seen, company.amir, "amir")
    current = read(company, seen["id"])
    assert (answer.status_code, answer.json()["type"]) == (412, "urn:followup:problem:stale")
    assert answer.json()["current"]["outcome"] == "reached"
    assert answer.headers["ETag"] == answer.json()["current"]["etag"] == current["etag"]
    assert "completed already, and nothing was changed" in answer.json()["detail"]
    assert complete(company, seen["id"]).status_code == 200, "without asking for it nothing is refused"


def test_ones_own_completion_whose_answer_was_lost_is_no_conflict(company: Company) -> None:
    seen = company.create(company.amir)
    first, again = (later(company, seen, company.amir, "one") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert later(company, seen, company.amir, "another").status_code == 412


def test_one_that_was_changed_meanwhile_is_left_open(company: Company) -> None:
    seen = company.create(company.amir)
    company.ask(company.mia, "PATCH", f"/follow-ups/{seen['id']}", json={"title": "Write to Acme"})
    answer = later(company, seen, company.amir, "one")
    assert (answer.status_code, answer.json()["current"]["title"]) == (412, "Write to Acme")
    assert read(company, seen["id"])["status"] == "open"


def test_an_edit_whose_answer_was_lost_may_be_sent_again(company: Company) -> None:
    seen = company.create(company.amir)
    headers = {"If-Match": seen["etag"], "Idempotency-Key": "edit"}
    path, change = f"/follow-ups/{seen['id']}", {"title": "Write to Acme"}
    first, again = (company.ask(company.amir, "PATCH", path, json=change, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["ETag"] == first.headers["ETag"]


def test_nothing_is_done_when_what_comes_next_cannot_be(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"outcome": "nothing"}, "outcome"),
        ({"next": {}}, "next"),
        ({"next": {"due_at": DUE, "preset": "tomorrow"}}, "next"),
        ({"next": {"preset": "some day"}}, "next.preset"),
        ({"next": {"due_at": DUE, "kind": "flight"}}, "next.kind"),
        ({"next": {"due_at": DUE, "assignee_id": company.dana.id}}, "next.assignee_id"),
        ({"note": ""}, "note"),
    ]
    for body, field in wrong:
        answer = complete(company, follow_up, **body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert read(company, follow_up)["status"] == "open"
    assert len(company.get(company.amir, "/follow-ups")["items"]) == 1


def test_an_undo_takes_back_both(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    planned = complete(company, follow_up, outcome="reached", next={"due_at": DUE}).json()["next"]["id"]
    assert undo(company, follow_up).status_code == 200
    assert (read(company, follow_up)["status"], read(company, follow_up)["outcome"]) == ("open", None)
    assert company.ask(company.amir, "GET", f"/follow-ups/{planned}").status_code == 404


def test_an_undo_leaves_both_where_the_next_one_has_been_changed(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    planned = complete(company, follow_up, next={"due_at": DUE}).json()["next"]["id"]
    company.ask(company.amir, "PATCH", f"/follow-ups/{planned}", json={"title": "Changed"})
    answer = undo(company, follow_up)
    assert answer.status_code == 409
    assert f"that was planned with it, {planned}, has been changed since" in answer.json()["detail"]
    assert read(company, follow_up)["status"] == "completed"
    assert read(company, planned)["title"] == "Changed"


def test_a_reopened_one_has_no_outcome(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    complete(company, follow_up, outcome="reached")
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/reopen")
    assert read(company, follow_up)["outcome"] is None


def test_many_are_completed_with_one_outcome(company: Company) -> None:
    ids = [company.create(company.amir)["id"] for _ in range(2)]
    body = {"ids": ids, "action": "complete", "outcome": "not interested"}
    assert company.ask(company.amir, "POST", "/follow-ups/bulk", json=body).status_code == 200
    assert {read(company, id_)["outcome"] for id_ in ids} == {"not interested"}
    wrong = {"ids": ids, "action": "undo", "outcome": "reached"}
    assert company.ask(company.amir, "POST", "/follow-ups/bulk", json=wrong).status_code == 422


def test_lists_and_files_are_narrowed_to_what_came_of_them(company: Company) -> None:
    for outcome in ("reached", "no answer", "done"):
        complete(company, company.create(company.amir, title=outcome)["id"], outcome=outcome)
    company.create(company.amir)
    for view in ("completed", "all"):
        asked = {"view": view, "outcome": "no answer"}
        assert company.titles(company.amir, "/follow-ups", **asked) == ["no answer"]
    assert company.titles(company.amir, "/follow-ups", view="overdue", outcome="reached") == []
    file = company.ask(company.amir, "GET", "/follow-ups/export", params={"outcome": "reached"})
    assert file.text.count("completed") == 2  # the name of a column, and one line
    assert company.ask(company.amir, "GET", "/follow-ups", params={"outcome": ""}).status_code == 422


def test_presets_come_within_the_hours_of_whose_it_will_be(company: Company) -> None:
    calendar = company.calendar()["id"]  # Berlin, from 9 to 17 on weekdays
    company.world.execute(
        "UPDATE users SET time_zone = 'Europe/Berlin', calendar_id = :calendar WHERE id = :id",
        calendar=calendar,
        id=company.amir.id,
    )
    found = company.get(company.amir, "/follow-ups/presets", working_days=3)
    items = found["items"]
    local = {each["preset"]: datetime.fromisoformat(each["due_at"]).astimezone(BERLIN) for each in items}
    assert datetime.fromisoformat(found["after_working_days"]) == local["in_3_working_days"]
    assert company.get(company.amir, "/follow-ups/presets")["after_working_days"] is None
    for wrong in (0, 61, "three"):
        asked = company.ask(company.amir, "GET", "/follow-ups/presets", params={"working_days": wrong})
        assert asked.status_code == 422
    assert set(local) == {"tomorrow", "monday", "in_3_working_days", "in_a_week", "in_a_month"}
    assert {(when.hour, when.minute) for when in local.values()} == {(9, 0)}
    assert all(when.weekday() < 5 for when in local.values())
    assert local["monday"].weekday() == 0
    follow_up = company.create(company.amir)["id"]
    planned = complete(company, follow_up, next={"preset": "monday"}).json()["next"]
    assert datetime.fromisoformat(planned["due_at"]) == local["monday"]


def test_a_call_and_a_note_are_logged_and_nothing_changes(company: Company) -> None:
    before = company.create(company.amir)
    path = f"/follow-ups/{before['id']}/log"
    call = company.ask(
        company.amir, "POST", path, json={"kind": "call", "outcome": "left message", "note": "Back at 4."}
    )
    assert (call.status_code, call.json()["summary"]) == (
        201,
        "Amir Patel logged “Call”: Left message. “Back at 4.”",
    )
    note = company.ask(company.amir, "POST", path, json={"note": "Prefers mail."})
    assert note.json()["summary"] == "Amir Patel noted: “Prefers mail.”"
    assert read(company, before["id"])["version"] == before["version"]
    for wrong in ({}, {"outcome": "reached"}, {"kind": "flight"}, {"kind": "call", "outcome": "flown"}):
        assert company.ask(company.amir, "POST", path, json=wrong).status_code == 422
    theirs = f"/follow-ups/{company.create(company.mia)['id']}/log"
    assert company.ask(company.amir, "POST", theirs, json={"note": "Hi"}).status_code == 404


def test_a_client_keeps_the_story_that_one_may_see(company: Company) -> None:
    subject = {"kind": "client", "name": "Acme", "external_id": "A-1"}
    mine = company.create(company.amir, subject=subject)
    theirs = company.create(company.mia, subject=subject, title="Visit")
    complete(company, mine["id"], outcome="reached")
    complete(company, theirs["id"], company.mia, outcome="no answer")
    path = f"/subjects/{mine['subject']['id']}"
    entries = company.get(company.amir, f"{path}/activities")["items"]
    assert [(each["summary"], each["follow_up"]["title"]) for each in entries[:1]] == [
        ("Amir Patel completed it: Reached", "Call Acme")
    ]
    assert {each["follow_up"]["id"] for each in entries} == {mine["id"]}
    seen_by_all = company.get(company.ada, f"{path}/activities")["items"]
    assert {each["follow_up"]["id"] for each in seen_by_all} == {mine["id"], theirs["id"]}


@pytest.mark.parametrize("label", ["Reached", "Done"])
def test_admins_edit_the_outcomes(company: Company, label: str) -> None:
    [found] = [each for each in company.get(company.amir, "/outcomes")["items"] if each["label"] == label]
    answer = company.ask(company.ada, "PATCH", f"/outcomes/{found['id']}", json={"archived": True})
    if label == "Done":
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "archived")
        return
    assert answer.status_code == 200
    follow_up = company.create(company.amir)["id"]
    assert "is archived" in complete(company, follow_up, outcome="reached").json()["detail"]
    log = company.get(company.ada, "/ops/audit-log")["items"]
    assert log[0]["summary"] == "Ada Admin archived the outcome “Reached”"
