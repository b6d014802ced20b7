"""Importing people from a CSV file: their managers, sessions, and the last admin."""

from __future__ import annotations

from typing import Any

import pytest

from .companies import Company
from .conftest import World
from .importing import AMIR, USERS, imported, send, wrong


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def user_rows(company: Company) -> dict[str, Any]:
    rows = company.world.execute(
        "SELECT u.*, m.email AS manager FROM users u LEFT JOIN users m ON m.id = u.manager_id"
    )
    return {row.email: row for row in rows}


def test_people_are_created_with_managers_from_later_lines(company: Company) -> None:
    file = USERS + (
        "bo@example.com,Bo,employee,CY@example.com,Europe/Berlin,\n"
        "cy@example.com,Cy,manager,ada.admin@example.com,,TRUE\n"
        "di@example.com,Di,admin,,America/New_York,false\n"
    )
    assert imported(company, "users", file) == (3, 0, 0)
    rows = user_rows(company)
    bo, cy, di = (rows[f"{name}@example.com"] for name in ("bo", "cy", "di"))
    assert (bo.manager, bo.time_zone, bo.active, bo.role) == (
        "cy@example.com",
        "Europe/Berlin",
        True,
        "employee",
    )
    assert (cy.manager, cy.time_zone) == ("ada.admin@example.com", "UTC")
    assert (di.role, di.active, di.manager) == ("admin", False, None)
    assert imported(company, "users", file) == (0, 0, 3)
    assert {email: row.updated_at for email, row in user_rows(company).items()} == {
        email: row.updated_at for email, row in rows.items()
    }


def test_people_are_known_by_address_whatever_its_case(company: Company) -> None:
    line = "AMIR.Patel@example.com,Amir Q. Patel,employee,mia.middle@example.com,UTC,true\n"
    assert imported(company, "users", USERS + line) == (0, 1, 0)
    row = user_rows(company)["AMIR.Patel@example.com"]
    assert (row.id, row.name) == (company.amir.id, "Amir Q. Patel")


def test_a_line_of_managers_can_be_turned_round(company: Company) -> None:
    """Line by line this would close a cycle; as a whole it does not."""
    file = USERS + (
        "mia.middle@example.com,Mia Middle,manager,ada.admin@example.com,UTC,true\n"
        "dana.reyes@example.com,Dana Reyes,manager,mia.middle@example.com,UTC,true\n"
    )
    assert imported(company, "users", file) == (0, 2, 0)
    assert user_rows(company)["dana.reyes@example.com"].manager == "mia.middle@example.com"


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ("bo,Bo,employee,,,", "email", "is not an e-mail address"),
        (",Bo,employee,,,", "email", "is empty"),
        ("bo@example.com,,employee,,,", "name", "is empty"),
        ("bo@example.com,Bo,boss,,,", "role", "employee, manager or admin"),
        ("bo@example.com,Bo,,,,", "role", "employee, manager or admin"),
        ("bo@example.com,Bo,employee,who@example.com,,", "manager_email", "nobody in this file"),
        ("bo@example.com,Bo,employee,BO@example.com,,", "manager_email", "own address"),
        ("bo@example.com,Bo,employee,,Mars/Olympus,", "time_zone", "Europe/Berlin"),
        ("bo@example.com,Bo,employee,,,perhaps", "active", "true or false"),
        ("first@EXAMPLE.com,Bo,employee,,,", "email", "line 2 already"),
        ("dana.reyes@example.com,Dana,manager,amir.patel@example.com,,", "manager_email", "cycle"),
    ],
)
def test_a_bad_person_is_named_and_nobody_is_written(
    company: Company, line: str, field: str, says: str
) -> None:
    file = USERS + f"first@example.com,First,employee,,,\n{line}\n"
    before = user_rows(company)
    answer = send(company, "users", file)
    assert wrong(answer) == [(3, field)]
    assert says in answer.json()["errors"][0]["message"]
    assert user_rows(company) == before
    partial = send(company, "users", file, partial=True)
    assert (partial.status_code, partial.json()["created"]) == (200, 1)
    assert set(user_rows(company)) == {*before, "first@example.com"}


def test_every_line_of_a_cycle_is_named(company: Company) -> None:
    file = USERS + "".join(
        f"{one}@example.com,{one},employee,{other}@example.com,,\n" for one, other in ("ab", "bc", "ca", "da")
    )
    answer = send(company, "users", file)
    assert wrong(answer) == [(2, "manager_email"), (3, "manager_email"), (4, "manager_email")]
    assert (
        "a@example.com → b@example.com → c@example.com → a@example.com"
        in answer.json()["errors"][0]["message"]
    )


def test_with_partial_a_line_whose_manager_is_left_out_is_left_out_too(company: Company) -> None:
    file = USERS + (
        "a@example.com,A,boss,,,\n"
        "b@example.com,B,employee,a@example.com,,\n"
        "c@example.com,C,employee,b@example.com,,\n"
        "d@example.com,D,employee,,,\n"
    )
    body = send(company, "users", file, partial=True).json()
    assert body["created"] == 1
    assert [(error["line"], error["field"]) for error in body["errors"]] == [
        (2, "role"),
        (3, "manager_email"),
        (4, "manager_email"),
    ]


def test_the_last_admin_cannot_be_imported_away(company: Company) -> None:
    answer = send(company, "users", USERS + "ada.admin@example.com,Ada Admin,employee,,UTC,true\n")
    assert answer.status_code == 409
    assert user_rows(company)["ada.admin@example.com"].role == "admin"


def test_a_deactivated_persons_sessions_end(company: Company) -> None:
    company.world.execute(
        "INSERT INTO sessions (user_id, token_hash, expires_at) VALUES (:id, 'x', now() + interval '1 day')",
        id=company.amir.id,
    )
    imported(company, "users", USERS + f"{AMIR},Amir Patel,employee,mia.middle@example.com,UTC,false\n")
    assert company.world.execute("SELECT FROM sessions") == []


def test_a_file_leaves_no_open_work_with_somebody_inactive_unless_that_is_said(company: Company) -> None:
    call, done = company.follow_up(company.amir), company.follow_up(company.mia)
    company.ask(company.mia, "POST", f"/follow-ups/{done}/complete")
    file = USERS + (
        "amir.patel@example.com,Amir Patel,employee,dana.reyes@example.com,UTC,false\n"
        "mia.middle@example.com,Mia Middle,manager,dana.reyes@example.com,UTC,false\n"
    )
    asked = send(company, "users", file, dry_run=True).json()
    assert (asked["leaving"], asked["updated"], len(asked["errors"])) == (1, 1, 1)
    [error] = send(company, "users", file).json()["errors"]
    assert (error["line"], error["field"]) == (2, "active")
    assert "one open follow-up: hand that over first" in error["message"]
    assert company.get(company.ada, f"/users/{company.amir.id}")["active"]
    assert send(company, "users", file, open_work="manager").json()["updated"] == 2
    owner = company.world.execute("SELECT assignee_id FROM follow_ups WHERE id = :id", id=call)
    assert [row.assignee_id for row in owner] == [company.dana.id]  # the manager that the file gives
    left = company.follow_up(company.dana)
    file = USERS + "dana.reyes@example.com,Dana Reyes,manager,,UTC,false\n"
    [error] = send(company, "users", file, open_work="manager").json()["errors"]
    assert "no active manager gets their 2 open follow-ups" in error["message"]
    assert send(company, "users", file, open_work="stays").json()["updated"] == 1
    owner = company.world.execute("SELECT assignee_id FROM follow_ups WHERE id = :id", id=left)
    assert [row.assignee_id for row in owner] == [company.dana.id]


DANA = "dana.reyes@example.com,Dana Reyes,{role},ada.admin@example.com,UTC,{active}\n"
MIA = "mia.middle@example.com,Mia Middle,{role},{manager},UTC,{active}\n"


def test_demoting_and_deactivating_people_with_reports_is_said_before_and_after(company: Company) -> None:
    file = USERS + DANA.format(role="employee", active="true")
    file += MIA.format(role="manager", manager="dana.reyes@example.com", active="false")
    for dry_run in (True, False):
        demoted, deactivated = send(company, "users", file, dry_run=dry_run).json()["warnings"]
        assert demoted.startswith("1 person with reports becomes employee: they keep seeing")
        assert deactivated.startswith("1 person with reports becomes inactive")
    assert send(company, "users", file).json()["warnings"] == []


def test_only_reports_that_are_left_after_the_file_count(company: Company) -> None:
    file = USERS + DANA.format(role="employee", active="true")
    file += MIA.format(role="manager", manager="ada.admin@example.com", active="true")
    assert send(company, "users", file).json()["warnings"] == []
    file = USERS + "otto.other@example.com,Otto Other,employee,,UTC,false\n"
    file += "nina@example.com,Nina,employee,otto.other@example.com,UTC,true\n"
    [warning] = send(company, "users", file).json()["warnings"]
    assert warning.startswith("1 person with reports becomes inactive")


def test_a_line_that_is_left_out_does_not_count(company: Company) -> None:
    file = (
        USERS
        + DANA.format(role="employee", active="true")
        + MIA.format(role="boss", manager="dana.reyes@example.com", active="true")
    )
    body = send(company, "users", file, partial=True).json()
    assert len(body["errors"]) == len(body["warnings"]) == 1


WITH_CALENDAR = "email,name,calendar\n"


def calendars_of(company: Company) -> dict[str, int | None]:
    return {email: row.calendar_id for email, row in user_rows(company).items()}


def test_people_get_the_calendar_that_the_file_names(company: Company) -> None:
    berlin, york = (company.calendar(name=name)["id"] for name in ("Berlin office", "New York"))
    file = WITH_CALENDAR + (
        "amir.patel@example.com,Amir Patel,berlin OFFICE\nbo@example.com,Bo,New York\ncy@example.com,Cy,\n"
    )
    assert imported(company, "users", file) == (2, 1, 0)
    found = calendars_of(company)
    assert [found[f"{name}@example.com"] for name in ("amir.patel", "bo", "cy")] == [berlin, york, None]
    assert imported(company, "users", file) == (0, 0, 3)
    # A file that lacks the column leaves them as they are; an empty cell takes one away.
    assert imported(company, "users", "email,name\nbo@example.com,Bob\n") == (0, 1, 0)
    assert calendars_of(company)["bo@example.com"] == york
    assert imported(company, "users", WITH_CALENDAR + "bo@example.com,Bob,\n") == (0, 1, 0)
    assert calendars_of(company)["bo@example.com"] is None
    [entry] = company.get(company.ada, "/ops/audit-log", target=f"users/{company.amir.id}")["items"]
    assert entry["details"]["calendar_id"] == {"from": None, "to": berlin}


def test_a_calendar_that_is_not_in_use_is_named_with_those_that_are(company: Company) -> None:
    company.calendar(name="Berlin")
    old = company.calendar(name="Old")
    assert company.ask(company.ada, "DELETE", f"/calendars/{old['id']}").status_code == 204
    file = WITH_CALENDAR + "bo@example.com,Bo,Old\ncy@example.com,Cy,Berlin\ndi@example.com,Di,Nowhere\n"
    answer = send(company, "users", file)
    assert wrong(answer) == [(2, "calendar"), (4, "calendar")]
    message = "calendar 'Old' is no calendar in use: use Berlin, or nothing."
    assert answer.json()["errors"][0]["message"] == message
    partial = send(company, "users", file, partial=True)
    assert (partial.json()["created"], "cy@example.com" in calendars_of(company)) == (1, True)
    dry = send(company, "users", WITH_CALENDAR + "otto.other@example.com,Otto Other,Berlin\n", dry_run=True)
    assert (dry.json()["updated"], calendars_of(company)["otto.other@example.com"]) == (1, None)
