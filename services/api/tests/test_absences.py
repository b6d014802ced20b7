"""Absences through the API: who plans whose, what is refused, and what who stands in may do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from followup_common.contracts import OutboxTick
from httpx import Response

from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import Person

DAY = timedelta(days=1)


def today() -> date:
    return datetime.now(UTC).date()


def days(begins: int = 0, number: int = 7) -> dict[str, str]:
    """The first and the last day of an absence that begins in so many days."""
    first = today() + begins * DAY
    return {"from": first.isoformat(), "to": (first + (number - 1) * DAY).isoformat()}


def plan(company: Company, who: Person, **body: Any) -> Response:
    return company.ask(who, "POST", "/absences", json={**days(), **body})


def planned(company: Company, who: Person, **body: Any) -> dict[str, Any]:
    answer = plan(company, who, **body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["ETag"] == found["etag"]
    return found


def test_people_plan_their_own_and_those_above_them_and_admins_do(company: Company) -> None:
    own = planned(company, company.amir, substitute_id=company.otto.id, note="On holiday")
    assert (own["user"]["name"], own["substitute"]["name"]) == ("Amir Patel", "Otto Other")
    assert (own["source"], own["now"], own["ended_at"]) == ("own", True, None)
    for above, begins in ((company.mia, 10), (company.dana, 20), (company.ada, 30)):
        theirs = planned(company, above, user_id=company.amir.id, **days(begins))
        assert (theirs["source"], theirs["now"]) == ("manager", False)
    for who in (company.amir, company.mia, company.ada):
        assert len(company.get(who, "/absences", user_id=company.amir.id)["items"]) == 4
    refused = plan(company, company.otto, user_id=company.amir.id)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "user_id")
    assert company.get(company.otto, "/absences")["items"] == []
    path = f"/absences/{own['id']}"
    for method, body in (("GET", None), ("PATCH", {"note": "x"}), ("DELETE", None)):
        assert company.ask(company.otto, method, path, json=body).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"from": "2026-01-05", "to": "2026-01-04"}, None),
        ({"from": "2026-01-05", "to": "2026-01-09"}, "to"),  # over
        ({"from": "2026-02-30", "to": "2026-03-09"}, "from"),
        (days(0, 367), None),
        ({"substitute_id": 2**40}, "substitute_id"),
        ({"first_day": "2026-01-05"}, "first_day"),
    ],
)
def test_what_no_absence_can_be_is_refused_with_the_field(
    company: Company, body: dict[str, Any], field: str | None
) -> None:
    answer = plan(company, company.amir, **body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]] or field is None


def test_nobody_stands_in_for_themselves_and_nobody_inactive_for_anybody(company: Company) -> None:
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.otto.id)
    for substitute in (company.amir, company.otto):
        answer = plan(company, company.amir, substitute_id=substitute.id)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "substitute_id")


def test_no_two_absences_of_one_person_overlap(company: Company) -> None:
    planned(company, company.amir)
    later = planned(company, company.amir, **days(7))
    for answer in (
        plan(company, company.amir, **days(6, 1)),
        company.ask(company.amir, "PATCH", f"/absences/{later['id']}", json={"from": days(6)["from"]}),
    ):
        assert answer.status_code == 409
        assert [error["field"] for error in answer.json()["errors"]] == ["from", "to"]
    planned(company, company.otto, **days(6, 1))


def test_an_absence_is_changed_and_ended_by_its_tag(company: Company) -> None:
    absence = planned(company, company.amir)
    path = f"/absences/{absence['id']}"
    stale = {"If-Match": '"0-00000000"'}
    changed = company.ask(company.amir, "PATCH", path, json={"substitute_id": company.otto.id})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["substitute"]["id"] == company.otto.id
    for method in ("PATCH", "DELETE"):
        answer = company.ask(company.amir, method, path, json={"note": "x"}, headers=stale)
        assert (answer.status_code, answer.json()["current"]["version"]) == (412, 2)
    wrong = company.ask(company.amir, "PATCH", path, json={"to": "2026-01-01"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "to")
    assert company.ask(company.amir, "DELETE", path).status_code == 204
    ended = company.get(company.amir, path)
    assert (ended["now"], ended["ended_at"] is not None) == (False, True)
    assert company.ask(company.amir, "PATCH", path, json={"note": "x"}).status_code == 409
    assert company.get(company.amir, "/absences")["items"] == []
    assert len(company.get(company.amir, "/absences", past=True)["items"]) == 1
    planned(company, company.amir)  # one that has ended is in nobody's way


def test_one_that_has_begun_does_not_begin_later_so_that_its_summary_is_not_lost(company: Company) -> None:
    absence = planned(company, company.amir, **days(-2))
    path = f"/absences/{absence['id']}"
    later = company.ask(company.amir, "PATCH", path, json=days(3))
    assert (later.status_code, later.json()["errors"][0]["field"]) == (422, "from")
    assert "end it, and plan another one" in later.json()["errors"][0]["message"]
    for begins in (0, -5):
        assert company.ask(company.amir, "PATCH", path, json=days(begins)).status_code == 200
    to_come = planned(company, company.amir, **days(20))
    assert company.ask(company.amir, "PATCH", f"/absences/{to_come['id']}", json=days(30)).status_code == 200


def test_one_that_is_to_come_is_taken_back_as_if_it_had_never_been(company: Company) -> None:
    absence = planned(company, company.amir, **days(3))
    path = f"/absences/{absence['id']}"
    assert company.ask(company.amir, "DELETE", path).status_code == 204
    assert company.ask(company.amir, "GET", path).status_code == 404
    entries = company.get(company.ada, "/ops/audit-log", kind="people")["items"]
    assert [entry["summary"] for entry in entries][:2] == [
        "Amir Patel took back their own absence",
        f"Amir Patel planned their own absence from {absence['from']} until {absence['to']}",
    ]


def test_everybody_sees_who_is_away_now_and_no_note(company: Company) -> None:
    planned(company, company.amir, note="Operation", substitute_id=company.mia.id)
    planned(company, company.mia, **days(2))
    assert company.get(company.otto, "/absences/today") == {
        "items": [
            {"user_id": company.amir.id, "until": days()["to"], "substitute_id": company.mia.id},
        ]
    }


def test_who_gives_work_to_somebody_who_is_away_is_told_until_when(company: Company) -> None:
    call = company.create(company.mia, assignee_id=company.mia.id)
    assert call["assignee_absent_until"] is None
    planned(company, company.amir)
    until = days()["to"]
    assert company.create(company.mia, assignee_id=company.amir.id)["assignee_absent_until"] == until
    path, body = f"/follow-ups/{call['id']}", {"assignee_id": company.amir.id}
    assert company.ask(company.mia, "PATCH", path, json=body).json()["assignee_absent_until"] == until
    bulk = {"ids": [call["id"]], "action": "reassign", "assignee_id": company.amir.id}
    answer = company.ask(company.mia, "POST", "/follow-ups/bulk", json=bulk).json()
    assert answer["assignee_absent_until"] == until


def test_who_stands_in_reads_and_acts_on_what_they_were_told_of_while_it_lasts(
    company: Company, pipeline: Pipeline
) -> None:
    absence = planned(company, company.amir, substitute_id=company.otto.id)
    call, other = company.follow_up(company.amir, "Call Acme"), company.follow_up(company.amir, "Not told")
    company.world.execute("UPDATE escalation_states SET wake_at = NULL WHERE follow_up_id = :id", id=other)
    pipeline.request_sweep()
    pipeline.work()
    [told] = company.get(company.otto, "/notifications")["items"]
    assert told["why"]["fallback"] == "substitute"
    until = date.fromisoformat(absence["to"])
    assert told["message"] == f"Call Acme is 1 h overdue (for Amir Patel, away until {until.day} {until:%b})"
    [found] = company.get(company.amir, "/notifications")["items"]
    assert (found["why"]["fallback"], found["read_at"] is not None) == ("absent", True)
    assert company.get(company.amir, "/notifications/unread-count") == {"unread": 0}
    [entry] = company.get(company.otto, f"/follow-ups/{call}/activities")["items"]
    assert entry["summary"].startswith("Told Otto Other (for Amir Patel, away until ")
    assert entry["summary"].endswith("; Amir Patel, who is away, will find it")
    path = f"/follow-ups/{call}"
    assert company.get(company.otto, path)["may_change"]
    assert company.titles(company.otto, "/follow-ups", view="all") == []
    assert company.ask(company.otto, "GET", f"/follow-ups/{other}").status_code == 404
    assert company.ask(company.otto, "POST", f"/follow-ups/{other}/complete").status_code == 404
    assert company.ask(company.otto, "PATCH", path, json={"notes": "Ask for Jo"}).status_code == 200
    follow_on = {"next": {"preset": "tomorrow"}}
    done = company.ask(company.otto, "POST", f"{path}/complete", json=follow_on)
    assert (done.status_code, done.json()["next"]["assignee_id"]) == (200, company.amir.id)
    assert company.ask(company.otto, "POST", f"{path}/undo").status_code == 200
    company.ask(company.amir, "DELETE", f"/absences/{absence['id']}")
    assert not company.get(company.otto, path)["may_change"]  # as one whom a policy names
    for answer in (
        company.ask(company.otto, "PATCH", path, json={"notes": "x"}),
        company.ask(company.otto, "POST", f"{path}/complete"),
    ):
        assert answer.status_code == 404
    assert company.ask(company.otto, "DELETE", path).status_code in (403, 404)


def test_a_summary_leads_to_what_it_sums_up(company: Company, pipeline: Pipeline) -> None:
    company.world.execute(
        "INSERT INTO absences (user_id, first_day, last_day) "
        "VALUES (:id, current_date - 5, current_date + 1)",
        id=company.amir.id,
    )
    for _ in range(2):
        company.follow_up(company.amir)
    pipeline.request_sweep()
    pipeline.work()
    company.world.execute("UPDATE absences SET ended_at = now() - interval '2 minutes'")
    for _ in range(2):
        pipeline.tick(OutboxTick())
        pipeline.work()
    summary, *found = company.get(company.amir, "/notifications")["items"]
    assert (summary["kind"], summary["number"], summary["follow_up"]) == ("summary", 2, None)
    assert summary["message"] == "While you were away: 2 follow-ups escalated"
    assert company.get(company.amir, "/notifications/unread-count") == {"unread": 1}
    of = company.get(company.amir, "/notifications", summed_up_by=summary["id"])["items"]
    assert of == found
    assert len(found) == 2
    assert company.get(company.otto, "/notifications", summed_up_by=summary["id"])["items"] == []


def test_a_summary_on_return_opens_what_it_has_found_and_not_what_the_one_before_has(
    company: Company, pipeline: Pipeline
) -> None:
    """Also where the escalator's host is days behind, and no absence can be known to be planned only then."""
    opened = []
    for _ in range(2):
        company.world.execute(
            "INSERT INTO absences (user_id, first_day, last_day) "
            "VALUES (:id, current_date - 5, current_date + 1)",
            id=company.amir.id,
        )
        company.follow_up(company.amir)
        pipeline.request_sweep()
        pipeline.work()
        company.world.execute("UPDATE absences SET ended_at = now() - interval '2 minutes'")
        company.world.execute(
            "INSERT INTO slow_clock (at) VALUES (now() - interval '4 days') "
            "ON CONFLICT (id) DO UPDATE SET at = excluded.at"
        )
        pipeline.tick(OutboxTick())
        pipeline.work()
        summary = company.get(company.amir, "/notifications")["items"][0]
        assert (summary["kind"], summary["number"]) == ("summary", 1)
        opened.append(company.get(company.amir, "/notifications", summed_up_by=summary["id"])["items"])
    assert [len(items) for items in opened] == [1, 1]
    assert opened[0] != opened[1]
