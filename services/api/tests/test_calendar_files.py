"""Days of iCalendar files: whole days close a calendar, and what moves or repeats otherwise is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from followup_api.calendars.ics import days_of
from followup_api.problems import Invalid
from httpx import Response

from .companies import Company

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
DAY = timedelta(days=1)


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def ics(*events: str) -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n"


def whole(day: str, *more: str, name: str = "Closed") -> str:
    return event(f"SUMMARY:{name}", f"DTSTART;VALUE=DATE:{day}", *more)


def days(*lines: str) -> list[str]:
    """Those of an event that begins on 2026-12-24."""
    return [str(day) for day in days_of(ics(whole("20261224", *lines)), FIRST, LAST)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ["2026-12-24"]),
        (["DTEND;VALUE=DATE:20261225"], ["2026-12-24"]),  # the end is the day after
        (["DTEND;VALUE=DATE:20261224"], ["2026-12-24"]),  # as some programs write it
        (["DTEND;VALUE=DATE:20261227"], ["2026-12-24", "2026-12-25", "2026-12-26"]),
        (["DURATION:P2D"], ["2026-12-24", "2026-12-25"]),
        (["DURATION:P1W"], [f"2026-12-{day}" for day in range(24, 31)]),
        (["RRULE:FREQ=YEARLY"], ["2026-12-24", "2027-12-24", "2028-12-24"]),
        (["RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24;WKST=MO"], ["2026-12-24", "2027-12-24", "2028-12-24"]),
        (["RRULE:FREQ=YEARLY;INTERVAL=2"], ["2026-12-24", "2028-12-24"]),
        (["RRULE:FREQ=YEARLY;COUNT=2"], ["2026-12-24", "2027-12-24"]),
        (["RRULE:FREQ=YEARLY;UNTIL=20271224"], ["2026-12-24", "2027-12-24"]),
        (["RRULE:FREQ=YEARLY;UNTIL=20271223T235959Z"], ["2026-12-24"]),
        (["RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20271224"], ["2026-12-24", "2028-12-24"]),
        (["STATUS:CANCELLED"], []),
    ],
)
def test_whole_days_are_taken_once_or_every_year(lines: list[str], expected: list[str]) -> None:
    assert days(*lines) == expected


def test_only_what_lies_within_the_days_asked_for_is_taken() -> None:
    text = ics(
        whole("19001224", "RRULE:FREQ=YEARLY", name="Every year"),
        whole("20240229", "RRULE:FREQ=YEARLY", name="Leap day"),
        whole("20251230", "DTEND;VALUE=DATE:20260103", name="Over New Year"),
        whole("20291224", name="Too late"),
    )
    assert days_of(text, FIRST, LAST) == {
        date(2026, 12, 24): "Every year",
        date(2027, 12, 24): "Every year",
        date(2028, 12, 24): "Every year",
        date(2028, 2, 29): "Leap day",
        date(2026, 1, 1): "Over New Year",
        date(2026, 1, 2): "Over New Year",
    }


def test_the_first_of_two_names_counts() -> None:
    text = ics(whole("20261224", "SUMMARY:Again", name="Closed"))
    assert days_of(text, FIRST, LAST) == {date(2026, 12, 24): "Closed"}


MOVING = event(
    "SUMMARY:Offsite", "DTSTART;TZID=Europe/Berlin:20261224T100000", "DTEND;TZID=Asia/Tokyo:20261224T190000"
)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("hello", "is no iCalendar file .* export it as .ics again"),
        (ics(), "has no events"),
        (event("SUMMARY:alone"), "has no events"),
        (ics(whole("20261224")) * 2, "is no iCalendar file"),
        (ics(whole("20261224")).replace("END:VCALENDAR", ""), "is no iCalendar file"),
        (ics(whole("20261224"), MOVING), "event 2 (“Offsite”) has a time of day .* VALUE=DATE:20261224"),
        (ics(event("SUMMARY:Never")), "event 1 (“Never”) has no DTSTART"),
        (ics(whole("2026")), "event 1 (“Closed”) cannot be read at DTSTART"),
        (ics(whole("20261224", "DTEND;VALUE=DATE:20261223")), "does not last for 1 to 366 whole days"),
        (ics(whole("20261224", "DTEND;VALUE=DATE:20301223")), "does not last for 1 to 366 whole days"),
        (ics(whole("20261224", "DURATION:PT12H")), "does not last for 1 to 366 whole days"),
        (ics(whole("20261224", "RRULE:FREQ=SECONDLY")), "RRULE other than FREQ=YEARLY"),
        (ics(whole("20261224", "RRULE:FREQ=WEEKLY;BYDAY=FR")), "RRULE other than FREQ=YEARLY"),
        (ics(whole("20261224", "RRULE:FREQ=YEARLY;BYDAY=4TH")), "RRULE other than FREQ=YEARLY"),
        (ics(whole("20261224", "RRULE:FREQ=YEARLY;BYMONTHDAY=30")), "RRULE other than FREQ=YEARLY"),
        (ics(whole("20261224", "RRULE:FREQ=YEARLY", "RRULE:FREQ=YEARLY")), "RRULE other than FREQ=YEARLY"),
        (ics(whole("20261224", "RRULE:FREQ=YEARLY;INTERVAL=0")), "with INTERVAL=0: write 1 or more"),
        (ics(whole("20261224", "RRULE:FREQ=YEARLY;COUNT=0")), "with COUNT=0: write 1 or more"),
        (ics(whole("20261224", "RRULE:FREQ=YEARLY;COUNT=-1")), "with COUNT=-1: write 1 or more"),
        (ics(whole("20261224", "RRULE:FREQ=YEARLY;COUNT=2;UNTIL=20301224")), "leave one of them out"),
        (ics(whole("20261224", "RRULE:FREQ=YEARLY;UNTIL=20251224")), "UNTIL lies before its DTSTART"),
        (ics(whole("20261224", "RRULE:FREQ=BOGUS")), "cannot be read at RRULE"),
        (ics(whole("20261224", "RDATE;VALUE=DATE:20261231")), "has RDATE: write each of its days"),
        (ics(whole("20261224", "RECURRENCE-ID;VALUE=DATE:20261231")), "has RECURRENCE-ID"),
        (ics(whole("20261224", "EXDATE:every day")), "cannot be read at EXDATE"),
        (ics(whole("20261224", "DTSTART;VALUE=DATE:20261225")), "has more than one DTSTART"),
        (ics(whole("18991224", "RRULE:FREQ=YEARLY")), "begins before the year 1900"),
        (ics(*[whole("20261224")] * 1_001), "has 1,001 events, more than 1,000"),
        (
            ics(*[whole("19000101", "DURATION:P366D", "RRULE:FREQ=YEARLY")] * 1_000),
            "events of more than 20,000 days together",
        ),
    ],
)
def test_what_is_something_else_is_refused_with_its_place_and_the_fix(text: str, fix: str) -> None:
    with pytest.raises(Invalid) as refused:
        days_of(text, FIRST, LAST)
    [(field, message)] = refused.value.errors
    assert field == "ics"
    assert all(part in message for part in fix.split(" .* ")), message


def import_days(company: Company, calendar: dict[str, Any], text: str, **headers: str) -> Response:
    path = f"/calendars/{calendar['id']}/imported-days"
    return company.ask(company.ada, "PUT", path, json={"ics": text}, headers=headers)


def workdays() -> tuple[date, date]:
    """A Monday and a Tuesday that are worked out, whenever the tests run."""
    soon = date.today() + timedelta(days=30)  # noqa: DTZ011 - any day will do
    monday = soon + timedelta(days=-soon.weekday() % 7)
    return monday, monday + DAY


def test_a_calendar_is_closed_on_the_days_of_its_last_file(company: Company) -> None:
    monday, tuesday = workdays()
    calendar = company.calendar()
    for day in (monday, tuesday):
        answer = import_days(company, calendar, ics(whole(f"{day:%Y%m%d}", name="Outing")))
        assert answer.status_code == 200, answer.text
        assert answer.json()["imported_days"] == [{"date": str(day), "name": "Outing"}]
    assert (answer.json()["version"], answer.headers["ETag"]) == (3, answer.json()["etag"])
    opens = {}
    for day in (monday, tuesday):
        asked = {"from": f"{day}T03:00:00Z", "add_days": 0}
        opens[day] = company.get(company.amir, f"/calendars/{calendar['id']}/working-time", **asked)["at"][
            :10
        ]
    assert opens == {monday: str(monday), tuesday: str(tuesday + DAY)}


def test_the_days_of_a_file_stay_when_the_calendar_is_written_again(company: Company) -> None:
    monday, _ = workdays()
    calendar = company.calendar(name="Office")
    import_days(company, calendar, ics(whole(f"{monday:%Y%m%d}")))
    body = {name: calendar[name] for name in ("name", "time_zone", "hours", "days")}
    again = company.ask(company.ada, "PUT", f"/calendars/{calendar['id']}", json=body).json()
    assert [day["date"] for day in again["imported_days"]] == [str(monday)]


def test_what_comes_every_year_counts_as_the_calendar_is_worked_out_further(company: Company) -> None:
    monday, _ = workdays()
    calendar = company.calendar()
    text = ics(whole(f"{monday:%Y%m%d}", "RRULE:FREQ=YEARLY", name="Outing"))
    shown = import_days(company, calendar, text).json()
    years = [date.fromisoformat(day["date"]).year for day in shown["imported_days"]]
    assert years == [*range(monday.year, monday.year + 10)]
    later = monday.replace(year=monday.year + 5)
    company.world.execute(
        "SELECT calendar_work_out(:id, current_date, current_date + 3000)", id=calendar["id"]
    )
    [(closed,)] = company.world.execute(
        "SELECT NOT EXISTS (SELECT FROM calendar_spans WHERE calendar_id = :id"
        " AND tstzrange(starts_at, ends_at) && tstzrange(:day, CAST(:day AS timestamptz) + '1 day'))",
        id=calendar["id"],
        day=later,
    )
    assert closed


def test_the_effect_of_a_file_is_shown_before_it_is_imported(company: Company) -> None:
    monday, tuesday = workdays()
    calendar = company.calendar()
    steps = [{"working_days": 1, "audience": ["assignee"], "label": "late", "severity": "overdue"}]
    policy = company.policy(name="Calls", steps=steps, calendar_id=calendar["id"])
    company.ask(company.ada, "POST", f"/policies/{policy['id']}/publish", json={})
    company.create(company.amir, kind="call", due_at=f"{monday}T10:00:00Z")
    path = f"/calendars/{calendar['id']}/imported-days/preview"
    for day, moved in ((tuesday, 1), (monday - 30 * DAY, 0)):
        body = {"ics": ics(whole(f"{day:%Y%m%d}"))}
        effect = company.ask(company.ada, "POST", path, json=body).json()
        assert (effect["follow_ups"], effect["moved"], effect["steps"]) == (1, moved, [])
    assert company.get(company.ada, f"/calendars/{calendar['id']}") == calendar
    assert company.ask(company.ada, "POST", path, json={"ics": ics(MOVING)}).status_code == 422
    assert company.ask(company.amir, "POST", path, json=body).status_code == 403


def test_a_file_that_is_refused_changes_nothing(company: Company) -> None:
    calendar = company.calendar()
    for text, status in ((ics(MOVING), 422), ("x" * 200_001, 422), ("x" * 10_000_000, 413)):
        answer = import_days(company, calendar, text)
        assert answer.status_code == status, answer.text
        assert answer.json()["detail"]
    stale = import_days(company, calendar, ics(whole("20261224")), **{"If-Match": '"0-00000000"'})
    assert stale.status_code == 412
    assert company.get(company.ada, f"/calendars/{calendar['id']}") == calendar


def test_an_import_is_in_the_audit_log_and_none_into_an_archived_calendar(company: Company) -> None:
    monday, _ = workdays()
    calendar = company.calendar()
    import_days(company, calendar, ics(whole(f"{monday:%Y%m%d}")))
    entry = company.get(company.ada, "/ops/audit-log", target=f"calendars/{calendar['id']}")["items"][0]
    assert entry["details"]["changes"] == {"imported_days": {"from": 0, "to": 1}}
    company.ask(company.ada, "DELETE", f"/calendars/{calendar['id']}")
    assert import_days(company, calendar, ics(whole(f"{monday:%Y%m%d}"))).status_code == 409
    missing = import_days(company, {"id": 4711}, ics(whole(f"{monday:%Y%m%d}")))
    assert missing.status_code == 404
