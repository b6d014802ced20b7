"""Follow-ups by day, as the calendar of the page reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from followup_api.followups import calendar_days
from followup_api.followups.calendar_days import midnights

from .companies import Company
from .conftest import World

MARCH = {"first_day": "2026-03-01", "last_day": "2026-03-31"}


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def lives_in(company: Company, zone: str) -> None:
    assert company.ask(company.amir, "PATCH", "/me", json={"time_zone": zone}).status_code == 200


def days(company: Company, **query: Any) -> dict[str, tuple[int, list[str]]]:
    """The days of Amir's calendar that hold something."""
    found = company.get(company.amir, "/follow-ups/calendar", **{**MARCH, **query})["days"]
    return {
        each["day"]: (each["count"], [one["title"] for one in each["items"]])
        for each in found
        if each["count"]
    }


def test_each_day_has_its_number_and_its_first(company: Company) -> None:
    for hour in (12, 9, 15):
        company.create(company.amir, title=f"at {hour}", due_at=f"2026-03-04T{hour:02}:00:00Z")
    company.create(company.amir, title="later", due_at="2026-03-31T23:59:59Z")
    company.create(company.amir, title="before", due_at="2026-02-28T23:59:59Z")
    company.create(company.amir, title="after", due_at="2026-04-01T00:00:00Z")
    assert days(company, per_day=2) == {"2026-03-04": (3, ["at 9", "at 12"]), "2026-03-31": (1, ["later"])}
    answer = company.get(company.amir, "/follow-ups/calendar", **MARCH)["days"]
    assert [each["day"] for each in answer] == [f"2026-03-{number:02}" for number in range(1, 32)]


def test_days_end_at_midnight_of_the_reader_also_when_clocks_change(company: Company) -> None:
    lives_in(company, "Europe/Berlin")
    # Sunday 29 March has 23 hours in Berlin: from 23:00 UTC the evening before to 22:00 UTC.
    for title, due in (
        ("saturday", "2026-03-28T22:59:59Z"),
        ("first", "2026-03-28T23:00:00Z"),
        ("last", "2026-03-29T21:59:59Z"),
        ("monday", "2026-03-29T22:00:00Z"),
    ):
        company.create(company.amir, title=title, due_at=due)
    assert days(company) == {
        "2026-03-28": (1, ["saturday"]),
        "2026-03-29": (2, ["first", "last"]),
        "2026-03-30": (1, ["monday"]),
    }


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 30), 24)], ids=str
)
def test_a_day_of_a_clock_change_is_as_long_as_it_is(day: date, hours: int) -> None:
    begin, end = (moment.timestamp() for moment in midnights(day, day, "Europe/Berlin"))
    assert end - begin == hours * 3600


def test_it_is_narrowed_as_the_list_is(company: Company) -> None:
    company.create(company.amir, title="high", priority="high")
    company.create(company.amir, title="normal")
    company.create(company.otto, title="somebody else's")
    assert days(company) == {"2026-03-02": (2, ["high", "normal"])}
    assert days(company, priority="high") == {"2026-03-02": (1, ["high"])}
    assert days(company, q="NORM") == {"2026-03-02": (1, ["normal"])}
    assert days(company, due_from="2026-03-03T00:00:00Z") == {}
    assert days(company, view="upcoming") == {}
    assert days(company, view="overdue") == days(company)


def test_others_see_those_of_their_people(company: Company) -> None:
    company.create(company.amir, title="Amir's")
    company.create(company.mia, title="Mia's")
    for who, number in ((company.amir, 1), (company.mia, 2), (company.ada, 2), (company.otto, 0)):
        found = company.get(who, "/follow-ups/calendar", **MARCH)["days"]
        assert sum(each["count"] for each in found) == number


def test_completed_ones_are_on_the_day_of_their_completion(company: Company) -> None:
    call = company.create(company.amir, title="done")
    assert company.ask(company.amir, "POST", f"/follow-ups/{call['id']}/complete").status_code == 200
    company.world.execute(
        "UPDATE follow_ups SET completed_at = '2026-03-17T10:00:00Z' WHERE id = :id", id=call["id"]
    )
    assert days(company) == {}
    assert days(company, view="completed") == {"2026-03-17": (1, ["done"])}


def test_days_on_which_the_reader_does_not_work_are_closed(company: Company) -> None:
    today = datetime.now(UTC).date()
    week = [today + timedelta(days=7 - today.weekday() + number) for number in range(7)]
    own = company.calendar(days=[{"date": str(week[1]), "closed": True}])["id"]
    assert company.ask(company.ada, "PATCH", f"/users/{company.mia.id}", json={"calendar_id": own}).is_success
    for who, closed in ((company.amir, [1, 5, 6]), (company.mia, [1, 5, 6]), (company.dana, [])):
        asked = {"first_day": str(week[0]), "last_day": str(week[6])}
        found = company.get(who, "/follow-ups/calendar", **asked)["days"]
        assert [number for number, each in enumerate(found) if each["closed"]] == closed


def test_more_than_anyone_looks_through_are_not_counted(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_days, "COUNTED", 2)
    for number in range(3):
        company.create(company.amir, title=f"{number}")
    [day] = company.get(company.amir, "/follow-ups/calendar", first_day="2026-03-02", last_day="2026-03-02")[
        "days"
    ]
    assert (day["count"], day["at_least"]) == (2, True)


@pytest.mark.parametrize(
    ("wrong", "field", "fix"),
    [
        ({"last_day": "2026-02-28"}, "last_day", "swap the two"),
        ({"last_day": "2026-04-12"}, "last_day", "ask for the rest"),
        ({"first_day": "1772323200"}, "first_day", "like 2026-12-24"),
        ({"first_day": "2026-02-30"}, "first_day", "like 2026-12-24"),
        ({"last_day": "2200-01-01", "first_day": "2199-12-30"}, "last_day", "2199"),
        ({"per_day": 17}, "per_day", "at most 16"),
        ({"view": "all"}, "view", "'completed'"),
    ],
    ids=str,
)
def test_what_means_nothing_is_refused_with_the_fix(
    company: Company, wrong: dict[str, Any], field: str, fix: str
) -> None:
    answer = company.ask(company.amir, "GET", "/follow-ups/calendar", params={**MARCH, **wrong})
    assert answer.status_code == 422, answer.text
    assert fix in {error["field"]: error["message"] for error in answer.json()["errors"]}[field]


def test_six_weeks_are_the_most(company: Company) -> None:
    last = date(2026, 3, 1) + timedelta(days=41)
    assert days(company, last_day=str(last)) == {}
