"""Calendars: made, changed and archived by admins, and read and computed with by everybody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from httpx import Response

from .companies import Company

OFFICE = [
    {"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "12:30"},
    {"days": [1, 2, 3, 4, 5], "opens": "13:30", "closes": "18:00"},
]
BERLIN = {"name": "Berlin office", "time_zone": "Europe/Berlin", "hours": OFFICE}


def add(company: Company, **more: Any) -> dict[str, Any]:
    return company.calendar(**{**BERLIN, **more})


def put(
    company: Company, calendar: dict[str, Any], headers: dict[str, str] | None = None, **body: Any
) -> Response:
    path = f"/calendars/{calendar['id']}"
    return company.ask(company.ada, "PUT", path, json={**BERLIN, **body}, headers=headers or {})


def counted(company: Company, calendar: dict[str, Any], **query: object) -> Response:
    names = {name.rstrip("_"): value for name, value in query.items()}
    return company.ask(company.amir, "GET", f"/calendars/{calendar['id']}/working-time", params=names)


def refused(answer: Response, field: str) -> str:
    """The message about a field that is not taken."""
    assert answer.status_code == 422, answer.text
    [message] = [error["message"] for error in answer.json()["errors"] if error["field"] == field]
    assert isinstance(message, str)
    assert message.startswith(field)
    return message


def next_year() -> int:
    """Every day of it is worked out, whenever the tests run."""
    return date.today().year + 1  # noqa: DTZ011 - a test at midnight of New Year may go wrong


def monday() -> date:
    """The first one of next March: in Berlin it is winter."""
    first = date(next_year(), 3, 1)
    return first + timedelta(days=-first.weekday() % 7)


def at(day: date, time: str) -> str:
    return f"{day}T{time}:00+01:00"


def utc(day: date | str, time: str) -> str:
    return f"{day}T{time}:00Z"


def test_a_calendar_is_shown_as_it_was_written(company: Company) -> None:
    days = [
        {
            "date": "2027-12-24",
            "name": "Christmas Eve",
            "closed": False,
            "hours": [{"opens": "09:00", "closes": "12:00"}],
        },
        {"date": "2027-12-31", "name": "", "closed": True, "hours": []},
    ]
    added = add(company, days=days)
    assert {name: added[name] for name in BERLIN} == BERLIN
    assert (added["days"], added["holidays"], added["version"]) == (days, None, 1)
    assert added["imported_days"] == []
    answer = company.ask(company.amir, "GET", f"/calendars/{added['id']}")
    assert answer.json() == added
    assert answer.headers["ETag"] == added["etag"]
    assert company.get(company.amir, "/calendars")["items"] == [added]


def test_working_time_is_that_of_the_engine(company: Company) -> None:
    calendar, friday, next_monday = add(company), monday() + timedelta(days=4), monday() + timedelta(days=7)
    worked = counted(company, calendar, from_=at(friday, "16:00"), to=at(next_monday, "10:30"))
    assert worked.json() == {"worked": "PT3H30M"}
    back = counted(company, calendar, from_=at(next_monday, "10:30"), to=at(friday, "16:00"))
    assert back.json() == {"worked": "-PT3H30M"}
    thursday = friday - timedelta(days=1)
    for query, expected in (
        ({"add": "PT8H"}, utc(next_monday, "15:00")),
        ({"add": "PT2H"}, utc(next_monday, "08:00")),  # on closing: the next opening
        (
            {"add": "-PT7H"},
            utc(thursday, "16:00"),
        ),  # 2.5 h of the afternoon, 3.5 of the morning, 1 of Thursday
        ({"add_days": 1}, utc(next_monday, "15:00")),
        ({"add_days": -1}, utc(thursday, "15:00")),
    ):
        answer = counted(company, calendar, from_=at(friday, "16:00"), **query)
        assert answer.json() == {"at": expected}, query


def test_a_change_makes_a_version_and_counts_at_once(company: Company) -> None:
    calendar, day = add(company), monday()
    assert counted(company, calendar, from_=at(day, "09:00"), add="PT1H").json() == {"at": utc(day, "09:00")}
    changed = put(company, calendar, name="Berlin", days=[{"date": str(day), "closed": True}])
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.headers["ETag"] == changed.json()["etag"] != calendar["etag"]
    tuesday = utc(day + timedelta(days=1), "09:00")
    assert counted(company, calendar, from_=at(day, "09:00"), add="PT1H").json() == {"at": tuesday}


def test_a_change_of_what_somebody_else_changed_is_refused_with_what_is_there(company: Company) -> None:
    calendar = add(company)
    assert put(company, calendar, {"If-Match": calendar["etag"]}, name="First").status_code == 200
    stale = put(company, calendar, {"If-Match": calendar["etag"]}, name="Second")
    assert stale.status_code == 412
    assert stale.json()["current"]["name"] == "First"
    path = f"/calendars/{calendar['id']}"
    archive = company.ask(company.ada, "DELETE", path, headers={"If-Match": calendar["etag"]})
    assert archive.status_code == 412
    assert company.get(company.ada, path)["archived_at"] is None


def test_one_that_is_archived_can_be_read_and_not_be_changed_and_frees_its_name(company: Company) -> None:
    calendar = add(company)
    path = f"/calendars/{calendar['id']}"
    for _ in range(2):
        assert company.ask(company.ada, "DELETE", path).status_code == 204
    assert company.get(company.amir, "/calendars")["items"] == []
    [shown] = company.get(company.amir, "/calendars", archived="true")["items"]
    assert shown["archived_at"]
    assert put(company, calendar).status_code == 409
    assert counted(company, calendar, from_=at(monday(), "09:00"), add="PT1H").status_code == 200
    assert add(company)["id"] != calendar["id"]


def test_a_name_is_that_of_one_calendar(company: Company) -> None:
    add(company)
    other = add(company, name="Other")
    answer = company.ask(company.ada, "POST", "/calendars", json={**BERLIN, "name": "BERLIN OFFICE"})
    for refusal in (answer, put(company, other)):
        assert refusal.status_code == 409
        assert refusal.json()["errors"][0]["field"] == "name"


def test_what_was_done_is_in_the_audit_log(company: Company) -> None:
    calendar = add(company)
    put(company, calendar, name="Office", time_zone="Europe/Vienna")
    put(company, calendar, name="Office", time_zone="Europe/Vienna")
    for _ in range(2):
        company.ask(company.ada, "DELETE", f"/calendars/{calendar['id']}")
    log = company.get(company.ada, "/ops/audit-log", target=f"calendars/{calendar['id']}")["items"]
    assert [entry["action"] for entry in log] == ["calendar.archived", "calendar.changed", "calendar.created"]
    assert log[1]["details"]["changes"] == {
        "name": {"from": "Berlin office", "to": "Office"},
        "time_zone": {"from": "Europe/Berlin", "to": "Europe/Vienna"},
    }


class TestHolidays:
    """A calendar is closed on the holidays of its country, except on those that are removed."""

    def test_they_come_as_days_and_each_can_be_removed(self, company: Company) -> None:
        women = date(next_year(), 3, 8)  # in Berlin, and in few other parts of Germany
        whose = {"country": "DE", "subdivision": "BE"}
        calendar = add(
            company, hours=[{"days": [*range(1, 8)], "opens": "09:00", "closes": "17:00"}], holidays=whose
        )
        assert calendar["holidays"]["categories"] == ["public"]
        [found] = [day for day in calendar["holidays"]["days"] if day["date"] == str(women)]
        assert (
            found == {"date": str(women), "name": "International Women's Day", "removed": False}
            or found["name"]
        )
        asked = {"from_": at(women, "09:00"), "add": "PT0S"}
        assert counted(company, calendar, **asked).json() == {"at": utc(women + timedelta(days=1), "08:00")}
        removed = {**whose, "removed": [str(women)]}
        hours = calendar["hours"]
        changed = put(company, calendar, hours=hours, holidays=removed).json()
        assert changed["holidays"]["removed"] == [str(women)]
        assert counted(company, calendar, **asked).json() == {"at": utc(women, "08:00")}
        again = put(
            company,
            calendar,
            hours=hours,
            holidays={k: v for k, v in changed["holidays"].items() if k != "days"},
        )
        assert again.json()["holidays"] == changed["holidays"]

    def test_an_own_day_counts_before_a_holiday(self, company: Company) -> None:
        day = date(next_year(), 12, 25)
        own = [{"date": str(day), "hours": [{"opens": "10:00", "closes": "11:00"}]}]
        calendar = add(company, holidays={"country": "DE"}, days=own)
        assert counted(company, calendar, from_=at(day, "09:00"), add="PT0S").json() == {
            "at": utc(day, "09:00")
        }

    def test_those_of_a_part_and_of_a_category_are_theirs(self, company: Company) -> None:
        everywhere = add(company, name="DE", holidays={"country": "DE"})
        berlin = add(company, name="BE", holidays={"country": "DE", "subdivision": "BE"})
        both = add(company, name="US", holidays={"country": "US", "categories": ["public", "unofficial"]})
        public = add(company, name="US public", holidays={"country": "US"})
        days = {
            c["name"]: {day["date"] for day in c["holidays"]["days"]}
            for c in (everywhere, berlin, both, public)
        }
        assert days["DE"] < days["BE"]
        assert days["US public"] < days["US"]

    @pytest.mark.parametrize(
        ("holidays", "field", "fix"),
        [
            ({"country": "XX"}, "holidays.country", "use one of AD, AE, "),
            ({"country": "de"}, "holidays.country", "is no country"),
            ({"country": "DE", "subdivision": "XX"}, "holidays.subdivision", "use one of BB, BE, "),
            (
                {"country": "DE", "categories": ["public", "bank"]},
                "holidays.categories.1",
                "catholic, public",
            ),
            ({"country": "DE", "removed": ["{day}"]}, "holidays.removed.0", "is no holiday of DE"),
        ],
    )
    def test_what_is_not_known_is_named_with_what_is(
        self, company: Company, holidays: dict[str, Any], field: str, fix: str
    ) -> None:
        if "removed" in holidays:
            holidays = {**holidays, "removed": [f"{next_year()}-03-09"]}
        answer = company.ask(company.ada, "POST", "/calendars", json={**BERLIN, "holidays": holidays})
        assert fix in refused(answer, field)


NINE_TO_TEN = {"opens": "09:00", "closes": "10:00"}


@pytest.mark.parametrize(
    ("body", "field", "fix"),
    [
        ({"hours": []}, "hours", "give at least one entry"),
        ({"hours": [{**NINE_TO_TEN, "days": [0]}]}, "hours.0.days.0", "use 1 or more"),
        ({"hours": [{**NINE_TO_TEN, "days": []}]}, "hours.0.days", "give at least one entry"),
        (
            {"hours": [{"days": [1], "opens": "24:00", "closes": "10:00"}]},
            "hours.0.opens",
            "from 00:00 to 23:59",
        ),
        (
            {"hours": [{"days": [1], "opens": "9:00", "closes": "10:00"}]},
            "hours.0.opens",
            "from 00:00 to 23:59",
        ),
        (
            {"hours": [{**NINE_TO_TEN, "days": [1]}, {**NINE_TO_TEN, "days": [2, 1]}]},
            "hours.1",
            "Monday: 09:00-10:00",
        ),
        ({"hours": [{**NINE_TO_TEN, "days": [3, 3]}]}, "hours.0", "Wednesday: .* overlap"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "use an IANA name"),
        ({"name": " "}, "name", "write something"),
        ({"days": [{"date": "2026-02-30", "closed": True}]}, "days.0.date", "does not exist"),
        ({"days": [{"date": "24.12.2026", "closed": True}]}, "days.0.date", "write it as a text like"),
        ({"days": [{"date": "2026-12-24"}]}, "days.0", "give one of them"),
        (
            {"days": [{"date": "2026-12-24", "closed": True, "hours": [NINE_TO_TEN]}]},
            "days.0",
            "give one of them",
        ),
        ({"days": [{"date": "2026-12-24", "closed": True}] * 2}, "days.1.date", "is there twice"),
        (
            {"days": [{"date": "2026-12-24", "hours": [NINE_TO_TEN] * 2}]},
            "days.0.hours",
            "2026-12-24: .* overlap",
        ),
        ({"colour": "red"}, "colour", "not a known field"),
    ],
)
def test_what_a_calendar_cannot_be_is_refused_with_place_and_fix(
    company: Company, body: dict[str, Any], field: str, fix: str
) -> None:
    calendar = add(company, name="Before")
    for answer in (
        company.ask(company.ada, "POST", "/calendars", json={**BERLIN, **body}),
        put(company, calendar, **body),
    ):
        message = refused(answer, field)
        assert all(part in message for part in fix.split(" .* ")), message
    assert company.get(company.ada, "/calendars")["items"] == [calendar]


def test_one_that_would_never_be_open_is_refused_by_name(company: Company) -> None:
    first = date(next_year() - 3, 1, 1)
    closed = [
        {"date": str(day), "closed": True}
        for number in range(6 * 366)
        if (day := first + timedelta(days=number)).weekday() == 6
    ]
    sundays = [{"days": [7], "opens": "09:00", "closes": "17:00"}]
    answer = company.ask(company.ada, "POST", "/calendars", json={**BERLIN, "hours": sundays, "days": closed})
    assert "calendar 'Berlin office' is never open" in refused(answer, "hours")
    assert company.get(company.ada, "/calendars")["items"] == []


@pytest.mark.parametrize(
    ("query", "field", "fix"),
    [
        ({}, "to", "give exactly one of"),
        ({"add": "PT1H", "add_days": "1"}, "add", "give exactly one of"),
        ({"from_": "2026-03-02T09:00:00", "add": "PT1H"}, "from", "needs a time zone"),
        ({"add": "8"}, "add", "such as PT48H"),
        ({"add": "P400D"}, "add", "use"),
        ({"add_days": "1.5"}, "add_days", "must be a whole number"),
        ({"from_": "2001-01-01T00:00:00Z", "add": "PT1H"}, "from", "ask for a later time"),
        ({"to": "2001-01-01T00:00:00Z"}, "to", "ask for a later time"),
        ({"from_": "2101-01-01T00:00:00Z", "add": "PT1H"}, "from", "ask for an earlier time"),
        ({"to": "2101-01-01T00:00:00Z"}, "to", "ask for an earlier time"),
        ({"from_": "{late}", "add": "P300D"}, "add", "or less time"),
        ({"from_": "{late}", "add_days": "300"}, "add_days", "or less time"),
        ({"from_": "{early}", "add": "-P360D"}, "add", "ask for a later time"),
        ({"from_": "{early}", "add_days": "-360"}, "add_days", "ask for a later time"),
    ],
)
def test_what_cannot_be_computed_says_why(
    company: Company, query: dict[str, str], field: str, fix: str
) -> None:
    calendar = add(company)
    asked = {"from_": at(monday(), "09:00"), **query}
    soon = date.fromisoformat(calendar["first_day"]) + timedelta(days=20)
    moments = {"late": utc(calendar["last_day"], "00:00"), "early": utc(soon, "00:00")}
    asked["from_"] = asked["from_"].format(**moments)
    assert fix in refused(counted(company, calendar, **asked), field)


def test_what_is_not_there_is_not_found(company: Company) -> None:
    for method, path in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("GET", "/working-time?from=2026-12-01T09:00:00Z&add=PT1H"),
    ):
        body = {"json": BERLIN} if method == "PUT" else {}
        answer = company.ask(company.ada, method, f"/calendars/4711{path}", **body)
        assert answer.status_code == 404, answer.text
