"""How long follow-ups are overdue by the calendar that applies, and what comes next on their policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import Person
from .test_policy_simulation import simulated

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = 4
NIGHT_AND_DAY = [{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "00:00", "closes": "00:00"}]


def give(company: Company, calendar: int, *, to: Person | None = None) -> None:
    """Give a calendar to a person; to nobody: to the organisation."""
    path = "/organisation" if to is None else f"/users/{to.id}"
    method = "PUT" if to is None else "PATCH"
    answer = company.ask(company.ada, method, path, json={"calendar_id": calendar})
    assert answer.status_code == 200, answer.text


def by_calendar(company: Company, follow_up: int) -> Any:
    return company.get(company.ada, f"/follow-ups/{follow_up}")["working_overdue"]


def always(company: Company, name: str) -> int:
    """A calendar that is always open, so that what it counts is known whenever the test runs."""
    return int(company.calendar(name=name, time_zone="UTC", hours=NIGHT_AND_DAY)["id"])


def published(company: Company, **more: Any) -> None:
    conditions = {"all": [{"field": "kind", "is": "any_of", "value": ["call"]}]}
    made = company.policy(conditions=conditions, **more)
    answer = company.ask(company.ada, "POST", f"/policies/{made['id']}/publish", json={})
    assert answer.status_code == 200, answer.text


def test_without_a_calendar_nothing_is_said(company: Company) -> None:
    assert by_calendar(company, company.follow_up(company.amir, overdue=50 * HOUR)) is None
    always(company, "Of nobody")
    assert by_calendar(company, company.follow_up(company.amir, overdue=50 * HOUR)) is None


def test_the_assignees_calendar_counts_else_the_nearest_managers_else_the_organisations(
    company: Company,
) -> None:
    follow_up = company.follow_up(company.amir, overdue=51.5 * HOUR)
    for name, person in (
        ("House", None),
        ("Dana", company.dana),
        ("Mia", company.mia),
        ("Own", company.amir),
    ):
        give(company, always(company, name), to=person)
        assert by_calendar(company, follow_up) == {"calendar": name, "days": 2, "hours": 3.5}


def test_the_policys_own_calendar_comes_first(company: Company) -> None:
    give(company, always(company, "Own"), to=company.amir)
    published(company, calendar_id=always(company, "Of the policy"))
    follow_up = company.follow_up(company.amir, overdue=26 * HOUR, kind="call")
    assert by_calendar(company, follow_up) == {"calendar": "Of the policy", "days": 1, "hours": 2.0}


def test_lists_say_it_of_what_is_overdue_and_only_of_that(company: Company) -> None:
    give(company, always(company, "House"))
    late = company.follow_up(company.amir, "Late", overdue=50 * HOUR)
    company.follow_up(company.amir, "Early", overdue=-HOUR)
    done = company.follow_up(company.amir, "Done", overdue=50 * HOUR)
    company.ask(company.amir, "POST", f"/follow-ups/{done}/complete")
    company.reaches(late, 2)
    expected = {"calendar": "House", "days": 2, "hours": 2.0}
    listed = company.get(company.mia, "/follow-ups", view="all")["items"]
    assert {one["title"]: one["working_overdue"] for one in listed} == {
        "Late": expected,
        "Early": None,
        "Done": None,
    }
    [escalated] = company.get(company.mia, "/escalations")["items"]
    assert escalated["working_overdue"] == expected


def test_closed_hours_do_not_count(company: Company) -> None:
    closed = [{"days": [7], "opens": "00:00", "closes": "00:00"}]
    calendar = company.calendar(name="Sundays", time_zone="UTC", hours=closed)
    give(company, calendar["id"])
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    sunday = midnight - timedelta(days=now.isoweekday() % 7)  # the last one that began
    path = f"/calendars/{calendar['id']}/working-time"
    query = {"from": (sunday - timedelta(days=6)).isoformat(), "to": now.isoformat()}
    worked = company.get(company.ada, path, **query)["worked"]
    assert worked.startswith("PT")
    follow_up = company.follow_up(company.amir, overdue=now - (sunday - timedelta(days=6)))
    found = by_calendar(company, follow_up)
    # Due on a Monday: the first working day after it is that Sunday, at its first hour.
    assert found["days"] == 1
    assert found["hours"] == pytest.approx(min((now - sunday) / HOUR, 24), abs=0.1)


def test_what_lies_before_the_first_day_of_a_calendar_is_not_said(company: Company) -> None:
    give(company, always(company, "House"))
    assert by_calendar(company, company.follow_up(company.amir, overdue=24 * 2000 * HOUR)) is None


def next_step(company: Company, follow_up: int) -> Any:
    return company.get(company.ada, f"/follow-ups/{follow_up}")["next_step"]


def coming_friday(hour: int) -> datetime:
    """An hour of the next Friday that is not today, by the clock of Berlin."""
    today = datetime.now(BERLIN).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=(FRIDAY - today.weekday()) % 7 or 7)


def utc(moment: datetime) -> str:
    """A moment as the API writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def test_the_next_step_is_the_policys_by_the_calendar_that_applies(company: Company) -> None:
    calendar = company.calendar(name="Office")
    steps = [
        {"after": "PT0S", "audience": ["assignee"], "label": "due", "severity": "overdue"},
        {"working": "PT2H", "audience": ["manager"], "label": "boss", "severity": "escalated"},
    ]
    published(company, calendar_id=calendar["id"], steps=steps)
    # Due on a Friday at five in Berlin, when the office closes: the step comes on Monday at eleven.
    due = coming_friday(hour=17)
    follow_up = company.create(company.amir, kind="call", due_at=utc(due))["id"]
    assert next_step(company, follow_up) == {
        **{"at": utc(due), "step": 1, "repeat": 0},
        **{"label": "due", "severity": "overdue"},
    }
    company.reaches(follow_up, 1)
    found = next_step(company, follow_up)
    monday = due.replace(hour=11) + timedelta(days=3)
    assert (found["at"], found["label"]) == (utc(monday), "boss")
    company.reaches(follow_up, 2)
    assert next_step(company, follow_up) is None


def test_what_people_know_already_is_not_what_comes_next(company: Company, pipeline: Pipeline) -> None:
    steps = [
        {"after": "PT0S", "audience": ["assignee"], "label": "due", "severity": "overdue"},
        {"after": "PT100H", "audience": ["manager"], "label": "boss", "severity": "escalated"},
    ]
    published(company, steps=steps)
    follow_up = company.follow_up(company.amir, overdue=2 * HOUR)
    assert next_step(company, follow_up)["label"] == "employee"
    pipeline.request_sweep()
    pipeline.work()
    company.ask(company.amir, "PATCH", f"/follow-ups/{follow_up}", json={"kind": "call"})
    assert next_step(company, follow_up)["label"] == "boss"
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/undo")
    change = {"kind": "call", "restart_clock": True}
    company.ask(company.amir, "PATCH", f"/follow-ups/{follow_up}", json=change)
    assert next_step(company, follow_up)["label"] == "due"


def test_what_people_know_already_is_not_what_comes_next_though_it_is_still_to_come(
    company: Company, pipeline: Pipeline
) -> None:
    steps = [
        {"after": "PT50H", "audience": ["assignee"], "label": "due", "severity": "overdue"},
        {"after": "PT100H", "audience": ["assignee"], "label": "late", "severity": "overdue"},
    ]
    published(company, steps=steps)
    follow_up = company.follow_up(company.amir, overdue=2 * HOUR)
    pipeline.request_sweep()
    pipeline.work()
    company.ask(company.amir, "PATCH", f"/follow-ups/{follow_up}", json={"kind": "call"})
    for _ in range(2):
        assert next_step(company, follow_up)["label"] == "late"
        found = simulated(company, window="next_14_days")
        assert [each["label"] for each in found["by_step"]] == ["late"]
        pipeline.request_sweep()
        pipeline.work()


def test_a_repeat_and_a_completed_one(company: Company) -> None:
    every = {"every": {"after": "PT24H"}, "times": 3}
    step = {"after": "PT0S", "audience": ["assignee"], "label": "due", "severity": "overdue", "repeat": every}
    published(company, steps=[step])
    follow_up = company.create(company.amir, kind="call", due_at="2031-01-15T16:00:00Z")["id"]
    company.reaches(follow_up, 1)
    found = next_step(company, follow_up)
    assert (found["at"], found["step"], found["repeat"]) == ("2031-01-16T16:00:00Z", 1, 1)
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/complete")
    assert next_step(company, follow_up) is None
