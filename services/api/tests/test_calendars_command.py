"""`followup calendars`: a file against what is in force, on a real API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from followup_cli.calendars import app
from followup_cli.output import Failure
from typer.testing import Result

from . import commands
from .companies import Company
from .conftest import World

BERLIN = """
calendars:
  - name: Berlin office
    time_zone: Europe/Berlin
    hours:
      - {days: [1, 2, 3, 4, 5], opens: 09:00, closes: 12:30}
      - {days: [1, 2, 3, 4], opens: 13:30, closes: 18:00}
    holidays: {country: DE, subdivision: BE, removed: [2027-05-01]}
    days:
      - {date: 2026-12-24, name: Christmas Eve, hours: [{opens: 09:00, closes: 12:00}]}
      - {date: 2026-12-31, closed: true}
"""


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose API the command reaches without a network."""
    company = Company(world)
    commands.connect(company, monkeypatch)
    return company


def run(tmp_path: Path, command: str, text: str, status: int = 0) -> Result:
    file = tmp_path / "calendars.yaml"
    file.write_text(text, encoding="utf-8")
    return commands.run(app, command, str(file), status=status)


def failure(tmp_path: Path, command: str, text: str) -> Failure:
    failed = run(tmp_path, command, text, status=1).exception
    assert isinstance(failed, Failure)
    return failed


def test_a_plan_shows_what_is_new_and_changes_nothing(company: Company, tmp_path: Path) -> None:
    shown = run(tmp_path, "plan", BERLIN, status=2).stdout
    assert "Add calendar “Berlin office”" in shown
    assert "+ hours: Fri 09:00-12:30" in shown
    assert "+ days: 2026-12-24 09:00-12:00 (Christmas Eve)" in shown
    assert company.get(company.ada, "/calendars")["items"] == []


def test_what_was_applied_is_no_difference(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", BERLIN)
    (made,) = company.get(company.ada, "/calendars")["items"]
    assert made["holidays"]["removed"] == ["2027-05-01"]
    assert made["days"][0]["hours"] == [{"opens": "09:00", "closes": "12:00"}]
    assert "No differences" in run(tmp_path, "plan", BERLIN).stdout
    again = run(tmp_path, "apply", BERLIN)
    assert "No differences" in again.stdout
    assert company.get(company.ada, "/calendars")["items"] == [made]


def test_one_that_differs_shows_each_difference(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", BERLIN)
    edited = BERLIN.replace("18:00", "17:00").replace("Europe/Berlin", "Europe/Vienna")
    edited = edited.replace("[1, 2, 3, 4],", "[4, 3, 2],").replace("Berlin office", "BERLIN office")
    shown = run(tmp_path, "plan", edited, status=2).stdout.splitlines()
    assert shown == [
        "Change calendar “BERLIN office”",
        "  time_zone: Europe/Berlin -> Europe/Vienna",
        *(f"  - hours: {day} 13:30-18:00" for day in ("Mon", "Thu", "Tue", "Wed")),
        *(f"  + hours: {day} 13:30-17:00" for day in ("Thu", "Tue", "Wed")),
    ]
    run(tmp_path, "apply", edited)
    (changed,) = company.get(company.ada, "/calendars")["items"]
    assert (changed["time_zone"], changed["version"]) == ("Europe/Vienna", 2)


def test_what_the_file_does_not_name_is_left_alone(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", BERLIN)
    run(tmp_path, "apply", BERLIN.replace("Berlin office", "Second office"))
    assert len(company.get(company.ada, "/calendars")["items"]) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a list", "has no list `calendars`"),
        ("calendars: [", "is no YAML"),
        ("calendars: 3", "has no list `calendars`"),
        ("{}", "has no list `calendars`"),
    ],
)
def test_a_file_that_is_none_is_refused(company: Company, tmp_path: Path, text: str, said: str) -> None:
    assert said in failure(tmp_path, "plan", text).message


def test_each_place_that_is_wrong_is_named(company: Company, tmp_path: Path) -> None:
    wrong = BERLIN.replace("opens: 13:30, ", "").replace("country: DE", "land: DE")
    wrong += "  - {name: berlin OFFICE, time_zone: UTC, hours: [{days: [1], opens: 09:00, closes: 17:00}]}\n"
    failed = failure(tmp_path, "apply", wrong)
    assert {error["field"] for error in failed.errors} == {
        "calendars[0].hours[1].opens",
        "calendars[0].holidays.country",
        "calendars[0].holidays.land",
    }
    twice = BERLIN + wrong.splitlines()[-1].join(("", "\n"))
    assert failure(tmp_path, "plan", twice).errors == [
        {"field": "calendars[1].name", "message": "is there twice: give each its own"}
    ]
    assert company.get(company.ada, "/calendars")["items"] == []


def test_one_that_the_api_refuses_says_how_far_it_came(company: Company, tmp_path: Path) -> None:
    second = "  - {name: Mars, time_zone: Mars/Base, hours: [{days: [1], opens: 09:00, closes: 17:00}]}\n"
    result = run(tmp_path, "apply", BERLIN + second, status=1)
    assert "1 of 2 done; then this failed: Add calendar “Mars”." in result.output
    assert len(company.get(company.ada, "/calendars")["items"]) == 1


def test_the_list_shows_until_when_holidays_are_known(company: Company, tmp_path: Path) -> None:
    assert "There is no calendar" in commands.run(app, "list").output
    run(tmp_path, "apply", BERLIN)
    company.calendar(
        name="Night shift", time_zone="UTC", hours=[{"days": [1], "opens": "22:00", "closes": "06:00"}]
    )
    company.world.execute("UPDATE calendars SET holidays_until = '2031-02-03' WHERE country = 'DE'")
    listed = commands.run(app, "list").stdout
    [berlin] = [line.split() for line in listed.splitlines() if "Berlin office" in line]
    (made, night) = company.get(company.ada, "/calendars")["items"]
    assert berlin == ["Berlin", "office", "Europe/Berlin", "DE", "BE", "2031-02-03", made["last_day"]]
    assert [json.loads(line) for line in commands.run(app, "list", "--json").stdout.splitlines()] == [
        made,
        night,
    ]


def test_holidays_beyond_what_is_worked_out_are_not_shown(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", BERLIN)
    (made,) = company.get(company.ada, "/calendars")["items"]
    company.world.execute(
        "INSERT INTO calendar_days (calendar_id, day, source, removed)"
        f" SELECT {made['id']}, last_day + days, 'holidays', days = 2"
        " FROM calendars, generate_series(1, 2) days"
    )
    (shown,) = company.get(company.ada, "/calendars")["items"]
    assert len(shown["holidays"]["days"]) == len(made["holidays"]["days"]) + 1
    assert len(shown["holidays"]["removed"]) == 2


ASSIGNED = (
    BERLIN
    + """
  - name: New York
    time_zone: America/New_York
    hours: [{days: [1, 2, 3, 4, 5], opens: 09:00, closes: 17:00}]
organisation: {calendar: Berlin office}
people:
  - {email: AMIR.patel@example.com, calendar: new york}
  - {email: otto.other@example.com, calendar: null}
"""
)


def test_a_file_says_by_which_calendars_people_and_the_organisation_count(
    company: Company, tmp_path: Path
) -> None:
    shown = run(tmp_path, "plan", ASSIGNED, status=2).stdout
    assert "Change the organisation\n  calendar: nothing -> Berlin office\n" in shown
    assert "Change Amir Patel (amir.patel@example.com)\n  calendar: nothing -> new york\n" in shown
    assert "Otto" not in shown
    assert "Done: 4." in run(tmp_path, "apply", ASSIGNED).output
    ids = {calendar["name"]: calendar["id"] for calendar in company.get(company.ada, "/calendars")["items"]}
    assert company.get(company.ada, "/organisation") == {"calendar_id": ids["Berlin office"]}
    assert company.get(company.ada, f"/users/{company.amir.id}")["calendar_id"] == ids["New York"]
    assert "No differences" in run(tmp_path, "plan", ASSIGNED).stdout
    nobody = ASSIGNED.replace("{calendar: Berlin office}", "{calendar: null}")
    assert "calendar: Berlin office -> nothing" in run(tmp_path, "apply", nobody).stdout
    assert company.get(company.ada, "/organisation") == {"calendar_id": None}


def test_what_was_exported_is_no_difference(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", ASSIGNED)
    company.calendar(name="01:30", hours=[{"days": [7], "opens": "22:00", "closes": "06:00"}])
    exported = commands.run(app, "export").stdout
    assert "No differences" in run(tmp_path, "plan", exported).stdout
    changed = exported.replace("2027-05-01", "2027-12-25").replace("closes: 18:00", "closes: 19:00")
    assert run(tmp_path, "plan", changed, status=2).stdout.startswith("Change calendar “Berlin office”\n")


def test_what_a_file_archives_is_out_of_use_once_nobody_counts_by_it(
    company: Company, tmp_path: Path
) -> None:
    run(tmp_path, "apply", ASSIGNED)
    text = """
calendars:
  - {name: NEW york, archived: true}
  - {name: Never there, archived: true}
people:
  - {email: amir.patel@example.com, calendar: Berlin office}
"""
    shown = run(tmp_path, "plan", text, status=2).stdout.splitlines()
    assert shown == [
        "Change Amir Patel (amir.patel@example.com)",
        "  calendar: New York -> Berlin office",
        "Archive calendar “New York”",
    ]
    run(tmp_path, "apply", text)
    assert [each["name"] for each in company.get(company.ada, "/calendars")["items"]] == ["Berlin office"]
    assert "No differences" in run(tmp_path, "plan", text).stdout


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ("organisation: {calendar: Paris}", "organisation.calendar", "“Paris” is no calendar in use"),
        (
            "people: [{email: amir.patel@example.com, calendar: Paris}]",
            "people[0].calendar",
            "“Paris” is no calendar in use",
        ),
        ("people: [{email: who@example.com, calendar: null}]", "people[0].email", "nobody has the address"),
        (
            "people: [&dana {email: dana.reyes@example.com, calendar: null}, *dana]",
            "people[1].email",
            "is there twice",
        ),
        ("peopel: []", "peopel", "is unknown: known are calendars, organisation, people, policies"),
        (
            "people: [{email: amir.patel@example.com, calendar: berlin office}]",
            "people[0].calendar",
            "is no calendar in use",
        ),
    ],
)
def test_what_nobody_can_be_given_is_named(
    company: Company, tmp_path: Path, more: str, field: str, said: str
) -> None:
    text = f"calendars: [{{name: Berlin office, archived: true}}]\n{more}\n"
    run(tmp_path, "apply", BERLIN)
    errors = {error["field"]: error["message"] for error in failure(tmp_path, "apply", text).errors}
    assert said in errors[field]


def test_a_plan_is_json_for_programs(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "calendars.yaml"
    file.write_text(BERLIN, encoding="utf-8")
    [line] = commands.run(app, "plan", str(file), "--json", status=2).stdout.splitlines()
    said = json.loads(line)
    assert said["change"] == "Add calendar “Berlin office”"
    assert "time_zone: nothing -> Europe/Berlin" in said["differences"]
    commands.run(app, "apply", str(file))
    assert commands.run(app, "plan", str(file), "--json").stdout == ""
