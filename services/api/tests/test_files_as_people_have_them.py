"""Files as spreadsheets and other systems write them: read where they are certain, else refused once."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from followup_api.imports import encodings

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, FOLLOW_UPS, PLAIN, USERS, follow_up_rows, imported, send, wrong

FILES = Path(__file__).with_name("files")
LINE = f"d-1,Tür öffnen,{PLAIN}"


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def people(company: Company) -> dict[str, tuple[str, str, str, bool]]:
    rows = company.world.execute("SELECT email, name, role, time_zone, active FROM users ORDER BY id")
    return {row.email: (row.name, row.role, row.time_zone, row.active) for row in rows}


def refusal(company: Company, kind: str, file: bytes) -> str:
    """The one thing that is said of a file that cannot be read, which names no line by line."""
    answer = send(company, kind, file)
    assert len(wrong(answer)) == 1
    message: str = answer.json()["errors"][0]["message"]
    return message


def test_a_german_spreadsheet_writes_semicolons_and_its_own_word_for_true(company: Company) -> None:
    assert imported(company, "users", (FILES / "semicolon-excel-de.csv").read_bytes()) == (1, 0, 0)
    assert people(company)["x1@t.example"] == ("Jörg", "employee", "Europe/Berlin", True)


def test_rows_without_a_word_are_passed_over(company: Company) -> None:
    assert imported(company, "users", (FILES / "blank-rows.csv").read_bytes()) == (1, 0, 0)
    spaces = FOLLOW_UPS + f",,,,,,,,,\n{LINE}\n , ,\t,,,,,,,\n\n,,,,,,,,,\n"
    assert imported(company, "follow-ups", spaces) == (1, 0, 0)


def test_what_nobody_knows_is_named_once_and_left_out_when_the_caller_says_so(company: Company) -> None:
    file = (FILES / "hubspot-owners.csv").read_bytes()
    assert "The column 'Team' is unknown: remove it" in refusal(company, "users", file)
    assert imported(company, "users", file, columns="email,first_name,last_name,,active") == (1, 0, 0)
    assert people(company)["x5@t.example"] == ("A B", "employee", "UTC", True)


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
PUNCTUATION = list(product([",", ";", "\t", "|"], ["\n", "\r\n", "\r"]))
WRITTEN = [
    pytest.param(encoding, *marks, marks=() if at % len(ENCODINGS) == number else pytest.mark.long)
    for number, encoding in enumerate(ENCODINGS)
    for at, marks in enumerate(PUNCTUATION)
]
"""`make test` has each encoding, and each separator with each line end, once or twice."""


@pytest.mark.parametrize(("encoding", "separator", "end"), WRITTEN)
def test_encodings_separators_and_line_ends_mean_the_same(
    company: Company, encoding: str, separator: str, end: str
) -> None:
    text = (FOLLOW_UPS + f"{LINE}\nd-2,€ 5 – „zwei“ Größen,{PLAIN}\n").replace(",", separator)
    if encoding == "cp1252":
        text = text.replace("„zwei“", "zwei")
    assert imported(company, "follow-ups", text.replace("\n", end).encode(encoding)) == (2, 0, 0)
    titles = [row.title for row in follow_up_rows(company)]
    assert titles[0] == "Tür öffnen"
    assert titles[1] in ("€ 5 – „zwei“ Größen", "€ 5 – zwei Größen")


@pytest.mark.parametrize("said", ["sep=;", "SEP=;", '"sep=;"'])
def test_a_line_that_names_the_separator_is_believed(company: Company, said: str) -> None:
    file = f"{said}\r\n" + f"{FOLLOW_UPS}{LINE}\nx,,{PLAIN}\n".replace(",", ";")
    assert wrong(send(company, "follow-ups", file)) == [(4, "title")]
    assert send(company, "follow-ups", file, partial=True).json()["created"] == 1


def test_a_comma_at_the_end_of_the_header_or_of_all_lines_is_no_column(company: Company) -> None:
    line = f"d-1,T,{AMIR},{DUE},,,,,,"
    assert imported(company, "follow-ups", FOLLOW_UPS.replace("\n", ",\n") + f"{line}\n") == (1, 0, 0)
    assert imported(company, "follow-ups", FOLLOW_UPS.replace("\n", ",,\n") + f"{line},,\n") == (0, 0, 1)
    assert wrong(send(company, "follow-ups", FOLLOW_UPS + f"{line},,more\n")) == [(2, "")]


def test_headings_are_compared_without_case_blanks_and_underscores(company: Company) -> None:
    file = (
        "E-Mail Address,First Name,LAST_NAME,Role,Manager email,Time Zone,Is Active\n"
        f"bo@example.com,Bo,Ek,manager,{AMIR},Europe/Oslo,no\n"
    )
    assert imported(company, "users", file) == (1, 0, 0)
    assert people(company)["bo@example.com"] == ("Bo Ek", "manager", "Europe/Oslo", False)
    words = f"External ID,Title,Assignee  Email,Due Date,Note\nd-1,T,{AMIR},{DUE},N\n"
    assert imported(company, "follow-ups", words) == (1, 0, 0)


def test_a_full_name_wins_over_its_parts(company: Company) -> None:
    file = "email,name,first name,last name\nbo@example.com,Dr. Bo Ek,Bo,Ek\n"
    assert imported(company, "users", file) == (1, 0, 0)
    assert people(company)["bo@example.com"][0] == "Dr. Bo Ek"
    assert (
        "lacks"
        in send(company, "users", "email,first name\nbo@example.com,Bo\n").json()["errors"][0]["message"]
    )


def test_of_a_column_that_the_file_lacks_what_is_known_stays(company: Company) -> None:
    whole = USERS + f"bo@example.com,Bo,manager,{AMIR},Europe/Oslo,false\n"
    assert imported(company, "users", whole) == (1, 0, 0)
    assert imported(company, "users", "email,name\nbo@example.com,Bo\n") == (0, 0, 1)
    assert imported(company, "users", "email,name\nbo@example.com,Bob\n") == (0, 1, 0)
    assert people(company)["bo@example.com"] == ("Bob", "manager", "Europe/Oslo", False)
    line = f"d-1,T,{AMIR},{DUE},client,C-1,Acme,https://a.example,Notes,completed"
    assert imported(company, "follow-ups", f"{FOLLOW_UPS}{line}\n") == (1, 0, 0)
    few = f"external_id,title,assignee_email,due_at\nd-1,T,{AMIR},{DUE}\n"
    assert imported(company, "follow-ups", few) == (0, 0, 1)
    assert imported(company, "follow-ups", few.replace(",T,", ",New,")) == (0, 1, 0)
    [row] = follow_up_rows(company)
    assert (row.title, row.notes, row.is_open) == ("New", "Notes", False)
    assert row.subject_id is not None


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("external_id,title,assignee_email", "names 3 columns where the file has 4"),
        ("external_id,title,assignee_email,when", "names 'when', which is unknown"),
        ("external_id,title,title,due_at", "names title 2 times"),
        ("external_id,title,,due_at", "lacks assignee_email"),
    ],
)
def test_columns_that_do_not_fit_are_refused(company: Company, columns: str, says: str) -> None:
    file = f"a,b,c,d\nd-1,T,{AMIR},{DUE}\n"
    answer = send(company, "follow-ups", file, columns=columns)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == "columns"
    assert says in error["message"]
    assert imported(company, "follow-ups", file, columns="external_id,title,assignee_email,due_at") == (
        1,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook (.xls)"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\x1f\x8b\x08" + bytes(20), "compressed"),
        (b'<?xml version="1.0"?><Workbook/>', "is XML"),
        (b"\r\n<html><table>", "is a web page"),
        (b'[{"email": "a@example.com"}]', "is JSON"),
        (FOLLOW_UPS.encode("utf-32"), "UTF-32"),
        ("email;name\nłódź@example.com;Łódź\n".encode("cp1250"), "not certain which letters"),
        ("email;name\nbo@example.com;Пётр\n".encode("cp1251"), "not certain which letters"),
        ("email;name\nbo@example.com;Çelik\n".encode("cp850"), "not certain which letters"),
        ("email;name\nbo@example.com;Größe\n".encode("mac-roman"), "not certain which letters"),
        ("email;name\nbo@example.com;Dvořák\n".encode("cp1250"), "byte 0xf8 on line 2"),
    ],
)
def test_what_is_no_such_file_is_refused_once_by_its_true_cause(
    company: Company, file: bytes, says: str
) -> None:
    before = people(company)
    for lines in (b"", b"\n" * 50):
        message = refusal(company, "users", file + lines)
        assert says in message
        assert "save it as" in message or "send what is in it" in message
    assert people(company) == before


def test_letters_of_windows_1252_are_certain_across_blocks(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "BLOCK", 7)
    file = FOLLOW_UPS + "".join(f"d-{n},Größe Österreich Übergrößenträger,{PLAIN}\n" for n in range(20))
    assert imported(company, "follow-ups", file.encode("cp1252")) == (20, 0, 0)
    assert {row.title for row in follow_up_rows(company)} == {"Größe Österreich Übergrößenträger"}


def test_a_file_of_one_kind_sent_as_the_other_is_named_so(company: Company) -> None:
    assert "looks like a file of people" in refusal(
        company, "follow-ups", USERS.encode() + b"a@b.example,A,,,,\n"
    )
    assert "looks like a file of follow-ups" in refusal(company, "users", f"{FOLLOW_UPS}{LINE}\n".encode())


def test_times_without_a_zone_are_of_the_zone_of_the_file(company: Company) -> None:
    local = FOLLOW_UPS + f"d-1,T,{AMIR},2026-07-01 09:00,,,,,,\nd-2,T,{AMIR},2026-01-01T09:00:00Z,,,,,,\n"
    assert wrong(send(company, "follow-ups", local)) == [(2, "due_at")]
    assert imported(company, "follow-ups", local, time_zone="Europe/Berlin") == (2, 0, 0)
    due = [row.due_at.isoformat() for row in follow_up_rows(company)]
    assert due == ["2026-07-01T07:00:00+00:00", "2026-01-01T09:00:00+00:00"]
    answer = send(company, "follow-ups", local, time_zone="Mars/Olympus")
    assert [error["field"] for error in answer.json()["errors"]] == ["time_zone"]


@pytest.mark.parametrize(
    ("time", "says"),
    [("2026-03-29 02:30", "does not exist in Europe/Berlin"), ("2026-10-25 02:30", "is there twice")],
)
def test_a_time_that_clocks_skip_or_repeat_is_refused(company: Company, time: str, says: str) -> None:
    answer = send(company, "follow-ups", FOLLOW_UPS + f"d,T,{AMIR},{time},,,,,,\n", time_zone="Europe/Berlin")
    assert wrong(answer) == [(2, "due_at")]
    assert says in answer.json()["errors"][0]["message"]
