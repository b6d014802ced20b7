"""Who counts by a calendar, and what a change of one would do to open follow-ups."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from .companies import Company

HOUR = timedelta(hours=1)
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
ALWAYS = [{"days": EVERY_DAY, "opens": "00:00", "closes": "00:00"}]
A_MINUTE = [{"days": EVERY_DAY, "opens": "00:00", "closes": "00:01"}]
LADDER = [
    {"after": "PT0S", "audience": ["assignee"], "label": "due", "severity": "overdue"},
    {"working": "PT8H", "audience": ["manager"], "label": "late", "severity": "escalated"},
]


def publish(company: Company, calendar_id: int | None = None) -> None:
    """Let new follow-ups count eight working hours to their second step."""
    company.world.execute(
        "INSERT INTO policy_versions (policy, version, steps, calendar_id) "
        "SELECT 'standard', max(version) + 1, CAST(:steps AS jsonb), :calendar_id FROM policy_versions",
        steps=json.dumps(LADDER),
        calendar_id=calendar_id,
    )


def give(company: Company, person_id: int, calendar_id: int | None) -> Response:
    return company.ask(company.ada, "PATCH", f"/users/{person_id}", json={"calendar_id": calendar_id})


def set_common(company: Company, calendar_id: int | None) -> Response:
    return company.ask(company.ada, "PUT", "/organisation", json={"calendar_id": calendar_id})


def archive(company: Company, calendar: dict[str, Any]) -> Response:
    return company.ask(company.ada, "DELETE", f"/calendars/{calendar['id']}")


def previewed(company: Company, calendar: dict[str, Any], hours: list[Any], **more: Any) -> Response:
    body = {"name": calendar["name"], "time_zone": "UTC", "hours": hours, **more}
    return company.ask(company.ada, "POST", f"/calendars/{calendar['id']}/preview", json=body)


def everything(company: Company) -> dict[str, str]:
    """A digest of each table."""
    tables = company.world.execute("SELECT relname FROM pg_stat_user_tables ORDER BY relname")
    digest = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS of FROM {} t"
    return {name: company.world.execute(digest.format(name))[0].of for (name,) in tables}


def test_a_person_is_given_a_calendar_and_loses_it_again(company: Company) -> None:
    calendar = company.calendar()
    assert company.get(company.amir, f"/users/{company.amir.id}")["calendar_id"] is None
    assert give(company, company.amir.id, calendar["id"]).json()["calendar_id"] == calendar["id"]
    [person] = company.get(company.amir, "/users", q="amir")["items"]
    assert person["calendar_id"] == calendar["id"]
    [event] = company.events("calendars.changed")
    assert event["user_ids"] == [company.amir.id]
    assert give(company, company.amir.id, None).json()["calendar_id"] is None


def test_who_is_added_may_have_a_calendar(company: Company) -> None:
    body = {"email": "new@example.com", "name": "New", "calendar_id": company.calendar()["id"]}
    added = company.ask(company.ada, "POST", "/users", json=body)
    assert (added.status_code, added.json()["calendar_id"]) == (201, body["calendar_id"])


def test_the_organisation_is_given_a_calendar(company: Company) -> None:
    assert company.get(company.amir, "/organisation") == {"calendar_id": None}
    calendar = company.calendar()
    for _ in range(2):  # the second time nothing changes
        assert set_common(company, calendar["id"]).json() == {"calendar_id": calendar["id"]}
    assert company.get(company.otto, "/organisation") == {"calendar_id": calendar["id"]}
    assert [event["everybody"] for event in company.events("calendars.changed")] == [True]
    [entry] = company.get(company.ada, "/ops/audit-log", action="organisation.changed")["items"]
    assert entry["details"]["changes"] == {"calendar_id": {"from": None, "to": calendar["id"]}}


@pytest.mark.parametrize("archived", [True, False])
def test_only_a_calendar_in_use_is_given_to_anybody(company: Company, archived: bool) -> None:
    calendar = company.calendar()
    assert archive(company, calendar).status_code == 204
    wanted = calendar["id"] if archived else 4711
    new = {"email": "new@example.com", "name": "New", "calendar_id": wanted}
    for answer in (
        give(company, company.amir.id, wanted),
        set_common(company, wanted),
        company.ask(company.ada, "POST", "/users", json=new),
    ):
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["field"] == "calendar_id"
        assert f"calendar_id {wanted} is " in error["message"]


def test_a_calendar_that_somebody_counts_by_is_not_archived(company: Company) -> None:
    calendar = company.calendar()
    give(company, company.amir.id, calendar["id"])
    set_common(company, calendar["id"])
    publish(company, calendar["id"])
    refused = archive(company, calendar)
    assert refused.status_code == 409
    assert "1 person, the organisation, the policy “" in refused.json()["detail"]
    give(company, company.amir.id, None)
    set_common(company, None)
    publish(company)
    assert archive(company, calendar).status_code == 204


def test_a_calendar_that_open_follow_ups_still_count_by_is_not_archived(company: Company) -> None:
    calendar = company.calendar()
    publish(company, calendar["id"])
    follow_up = company.create(company.amir)["id"]
    publish(company)  # the follow-up stays on the version of before
    refused = archive(company, calendar)
    assert refused.status_code == 409
    assert "1 open follow-up" in refused.json()["detail"]
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/complete")
    assert archive(company, calendar).status_code == 204


def test_a_preview_says_what_would_come_at_once_and_what_would_move(company: Company) -> None:
    publish(company)
    seldom = company.calendar(time_zone="UTC", hours=A_MINUTE)
    give(company, company.amir.id, seldom["id"])
    for hours in (10, 20, 1):
        company.follow_up(company.amir, overdue=hours * HOUR)
    company.follow_up(company.otto, overdue=10 * HOUR)  # counts by the clock
    before = everything(company)
    answer = previewed(company, seldom, ALWAYS)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["follow_ups"], found["moved"]) == (3, 3)
    [step] = found["steps"]
    assert (step["step"], step["label"], step["severity"], step["follow_ups"]) == (2, "late", "escalated", 2)
    assert everything(company) == before


def test_a_preview_of_what_is_there_moves_nothing(company: Company) -> None:
    publish(company)
    calendar = company.calendar(time_zone="UTC", hours=ALWAYS)
    set_common(company, calendar["id"])
    company.follow_up(company.amir, overdue=HOUR)
    found = previewed(company, calendar, ALWAYS).json()
    assert (found["follow_ups"], found["moved"], found["steps"]) == (1, 0, [])
    found = previewed(company, calendar, A_MINUTE).json()
    assert (found["follow_ups"], found["moved"], found["steps"]) == (1, 1, [])


def test_a_preview_leaves_alone_what_counts_by_the_clock_or_is_completed(company: Company) -> None:
    calendar = company.calendar(time_zone="UTC", hours=A_MINUTE)
    set_common(company, calendar["id"])
    company.follow_up(company.amir, overdue=10 * HOUR)  # of the standard policy
    publish(company)
    done = company.follow_up(company.amir, overdue=10 * HOUR)
    company.ask(company.amir, "POST", f"/follow-ups/{done}/complete")
    found = previewed(company, calendar, ALWAYS).json()
    assert (found["follow_ups"], found["moved"], found["steps"]) == (0, 0, [])


def test_a_preview_keeps_to_the_rules_of_the_change(company: Company) -> None:
    calendar = company.calendar()
    overlapping = [*A_MINUTE, {"days": [1], "opens": "00:00", "closes": "12:00"}]
    assert previewed(company, calendar, overlapping).json()["errors"][0]["field"] == "hours.1"
    holidays = {"country": "XX"}
    assert previewed(company, calendar, ALWAYS, holidays=holidays).json()["errors"][0]["field"] == (
        "holidays.country"
    )
    assert previewed(company, {**calendar, "id": 4711}, ALWAYS).status_code == 404
