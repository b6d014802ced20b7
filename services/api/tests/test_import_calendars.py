"""Importing absences from calendars (iCalendar): what of them is taken, of whom, and on which days."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from followup_api.imports.calendar_files import looked_up
from icalendar import vRecur

from .companies import Company
from .conftest import World
from .importing import imported, send, wrong

AMIR, MIA = "amir.patel@example.com", "mia.middle@example.com"
WHOLE = "DTSTART;VALUE=DATE:21991221\nDTEND;VALUE=DATE:22000104"


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def calendar(*events: str, head: str = "") -> str:
    """A calendar of events, each of some lines."""
    numbered = (f"BEGIN:VEVENT\nUID:{n}\n{lines}\nEND:VEVENT\n" for n, lines in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//\n{head}{''.join(numbered)}END:VCALENDAR\n"


def planned(company: Company) -> list[tuple[str, str, str]]:
    """First day, last day and note of each absence that is planned."""
    items: list[dict[str, Any]] = company.get(company.ada, "/absences")["items"]
    return sorted((each["from"], each["to"], each["note"]) for each in items)


def test_what_says_that_somebody_is_away_is_taken(company: Company) -> None:
    file = calendar(
        f"SUMMARY:Urlaub in Rom\nCLASS:PUBLIC\n{WHOLE}",
        "SUMMARY:Standup\nDTSTART:21990301T090000Z\nDTEND:21990301T170000Z",
        "SUMMARY:Offsite\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nDTSTART;VALUE=DATE:21990201\nDTEND;VALUE=DATE:21990203",
        "SUMMARY:Mia’s holiday\nTRANSP:TRANSPARENT\nDTSTART;VALUE=DATE:21990401",
        "SUMMARY:Vacation\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:21990501",
        "SUMMARY:Vacation?\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\nDTSTART;VALUE=DATE:21990601",
        "SUMMARY:Clinic\nCLASS:PRIVATE\nCATEGORIES:Sick leave,Me\nDTSTART;VALUE=DATE:21990701",
        "SUMMARY:Holidaymaker fair\nDTSTART;VALUE=DATE:21990801",
        "SUMMARY:Vacation of long ago\nDTSTART;VALUE=DATE:20200101",
    )
    dry = send(company, "absences", file, dry_run=True, person=AMIR).json()
    assert (dry["created"], dry["errors"], planned(company)) == (3, [], [])
    assert dry["warnings"] == [
        "5 of 9 events do not say that somebody is away, such as “Standup”, “Mia’s holiday”, “Vacation”: "
        "they were passed over."
    ]
    assert imported(company, "absences", file, person=AMIR.upper()) == (3, 0, 0)
    assert planned(company) == [
        ("2199-02-01", "2199-02-02", "Offsite"),
        ("2199-07-01", "2199-07-01", ""),
        ("2199-12-21", "2200-01-03", "Urlaub in Rom"),
    ]
    [sample, *_] = company.get(company.ada, "/absences")["items"]
    assert (sample["user"]["id"], sample["source"]) == (company.amir.id, "ics")
    assert imported(company, "absences", file, person=AMIR) == (0, 0, 3)
    every = send(company, "absences", file, dry_run=True, person=AMIR, events="all").json()
    assert (every["created"], every["unchanged"], every["warnings"][0][:6]) == (4, 3, "1 of 9")


def test_whose_it_is_the_events_say_or_the_one_who_imports(company: Company) -> None:
    file = calendar(
        f"SUMMARY:Vacation\nORGANIZER:MAILTO:{MIA}\nATTENDEE;CN=Amir:mailto:{AMIR}\n{WHOLE}",
        f"SUMMARY:Day off\nORGANIZER:mailto:{MIA}\nDTSTART;VALUE=DATE:21990301",
        "SUMMARY:Nobody’s vacation\nDTSTART;VALUE=DATE:21990401",
    )
    preview = company.ask(
        company.ada,
        "POST",
        "/imports/absences/preview",
        content=file,
        headers={"Content-Type": "text/calendar"},
    ).json()
    assert (preview["kind"], preview["person_needed"]) == ("ics", True)
    assert [(column["column"], column["samples"][:2]) for column in preview["columns"]][:2] == [
        ("email", [AMIR, MIA]),
        ("first_day", ["2199-12-21", "2199-03-01"]),
    ]
    refused = send(company, "absences", file)
    assert wrong(refused) == [(18, "email")]
    assert "person" in refused.json()["errors"][0]["message"]
    part = send(company, "absences", file, partial=True).json()
    assert (part["created"], len(part["errors"])) == (2, 1)
    people = {each["from"]: each["user"]["id"] for each in company.get(company.ada, "/absences")["items"]}
    assert people == {"2199-12-21": company.amir.id, "2199-03-01": company.mia.id}
    assert imported(
        company, "absences", file, person=company.get(company.ada, f"/users/{company.otto.id}")["email"]
    ) == (*(3, 0, 0),)


def test_days_are_those_by_the_clock_of_the_calendar_of_which_most_is_taken(company: Company) -> None:
    rome = "DTSTART;TZID=Europe/Rome:{}\nDTEND;TZID=Europe/Rome:{}"
    file = calendar(
        "SUMMARY:PTO\n" + rome.format("21990301T080000", "21990305T110000"),
        "SUMMARY:Dentist, out of office\n" + rome.format("21990310T080000", "21990310T110000"),
        "SUMMARY:Away\nDTSTART:21990320T220000Z\nDTEND:21990321T220000Z",
        "SUMMARY:Vacation\nDTSTART;VALUE=DATE:21990401\nDURATION:P2D",
        "SUMMARY:Vacation again\nDTSTART;VALUE=DATE:21990402\nDTEND;VALUE=DATE:21990405",
        head="X-WR-TIMEZONE:Pacific/Auckland\n",
    )
    assert imported(company, "absences", file, person=AMIR) == (3, 0, 0)
    assert planned(company) == [
        ("2199-03-01", "2199-03-04", "PTO"),
        ("2199-03-21", "2199-03-21", "Away"),
        ("2199-04-01", "2199-04-04", "Vacation"),
    ]
    written_in = send(company, "absences", file, dry_run=True, person=AMIR, time_zone="Etc/GMT+11").json()
    assert (written_in["created"], written_in["unchanged"]) == (1, 2)  # the one in UTC


def test_what_comes_by_a_rule_is_looked_up_for_a_year(company: Company) -> None:
    today = datetime.now(UTC).date()
    friday = today + timedelta(days=(4 - today.weekday()) % 7 + 7)
    weeks = [friday + timedelta(weeks=n) for n in range(5)]
    written = [f"{day:%Y%m%d}" for day in weeks]
    file = calendar(
        f"SUMMARY:Day off\nDTSTART;VALUE=DATE:{written[0]}\nRRULE:FREQ=WEEKLY;UNTIL={written[4]}\n"
        f"EXDATE;VALUE=DATE:{written[1]}",
        "SUMMARY:Sick\nDTSTART;VALUE=DATE:20200229\nRRULE:FREQ=YEARLY;UNTIL=20240301",
    ).replace("UID:1", "UID:other")
    moved = weeks[2] + timedelta(days=3)
    file = file.replace(
        "END:VCALENDAR",
        f"BEGIN:VEVENT\nUID:0\nSUMMARY:Day off\nRECURRENCE-ID;VALUE=DATE:{written[2]}\n"
        f"DTSTART;VALUE=DATE:{moved:%Y%m%d}\nEND:VEVENT\nEND:VCALENDAR",
    )
    assert imported(company, "absences", file, person=AMIR) == (4, 0, 0)
    days = [weeks[0], moved, weeks[3], weeks[4]]
    assert [first for first, _, _ in planned(company)] == [day.isoformat() for day in days]
    endless = calendar(f"SUMMARY:Day off\nDTSTART;VALUE=DATE:{written[0]}\nRRULE:FREQ=WEEKLY")
    year = send(company, "absences", endless, dry_run=True, person=MIA).json()
    assert 50 <= year["created"] <= 53


@pytest.mark.parametrize(
    ("event", "line", "said"),
    [
        ("SUMMARY:Vacation", 5, "has no DTSTART"),
        ("SUMMARY:Vacation\nDTSTART:21990302T090000Z\nDTEND:21990301T090000Z", 5, "ends before it begins"),
        ("SUMMARY:Vacation\nDTSTART;VALUE=DATE:today", 5, "cannot be read at DTSTART"),
        ("SUMMARY:Vacation\nDTSTART:21990302T090000Z\nRRULE:FREQ=SECONDLY", 5, "daily, weekly, monthly"),
        ("SUMMARY:Vacation\nDTSTART;VALUE=DATE:19690302\nRRULE:FREQ=DAILY", 5, "begin it later"),
        ("SUMMARY:Vacation\nDTSTART;VALUE=DATE:21990101\nDTEND;VALUE=DATE:22010101", 5, "hand the work over"),
    ],
)
def test_an_event_that_is_wrong_is_named_with_its_line(
    company: Company, event: str, line: int, said: str
) -> None:
    answer = send(company, "absences", calendar(event), person=AMIR)
    assert answer.json()["errors"][0]["line"] == line - 1
    assert said in answer.json()["errors"][0]["message"]
    assert planned(company) == []


@pytest.mark.parametrize(
    ("path", "file", "parameters", "said"),
    [
        ("absences", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VTODO", {}, "no iCalendar file"),
        ("absences", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", {}, "has no events"),
        ("users", calendar(f"SUMMARY:Vacation\n{WHOLE}"), {}, "import it as absences"),
        ("absences", f"email,first_day,last_day\n{AMIR},2199-01-01,2199-01-01\n", {"person": AMIR}, "names"),
        ("absences", calendar(f"SUMMARY:Vacation\n{WHOLE}"), {"person": "amir"}, "person"),
    ],
)
def test_a_file_that_is_none_is_refused(
    company: Company, path: str, file: str, parameters: dict[str, str], said: str
) -> None:
    refused = send(company, path, file, **parameters)
    assert refused.status_code == 422
    assert said in refused.text


NEVER = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"


def test_a_rule_that_never_comes_true_is_not_followed_to_the_end_of_time() -> None:
    """Day by day to the year 9999 took three seconds and four million calls; 14,000 are enough."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    first, last = datetime.fromisoformat("2000-01-31"), datetime.fromisoformat("2027-11-30")
    sys.setprofile(count)
    found = looked_up(vRecur.from_ical(NEVER), first, last)
    sys.setprofile(None)
    assert found == []
    assert calls < 100_000


def test_a_calendar_of_too_many_rules_is_refused(company: Company) -> None:
    many = [f"SUMMARY:Sick\nDTSTART;VALUE=DATE:20000131\nRRULE:{NEVER}"] * 60
    answer = send(company, "absences", calendar(*many), person=AMIR, dry_run=True)
    assert len(answer.json()["errors"]) == 10
    assert "more than 50" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("begins", ["2000-01-31 09:00", "2000-02-29", "2023-12-31"])
@pytest.mark.parametrize("every", ["", ";INTERVAL=2", ";INTERVAL=5;COUNT=3"])
@pytest.mark.parametrize(
    "by",
    [
        *("DAILY", "WEEKLY;BYDAY=SU,MO;WKST=SU", "MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "YEARLY"),
        *("MONTHLY;BYMONTHDAY=-1;BYMONTH=2", "YEARLY;BYWEEKNO=53", "YEARLY;BYYEARDAY=1,366"),
    ],
)
def test_a_rule_is_looked_up_as_it_would_be_from_year_to_year(begins: str, every: str, by: str) -> None:
    first, last = datetime.fromisoformat(begins), datetime.fromisoformat("2027-11-30")
    rule = f"FREQ={by}{every}"
    as_written = takewhile(lambda start: start <= last, rrulestr(rule, dtstart=first))
    assert list(looked_up(vRecur.from_ical(rule), first, last)) == list(as_written)
