"""Reading the files of imports: columns, bytes, quotes, line numbers, and how large they may be."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from followup_api.imports import encodings, text_files

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, FOLLOW_UPS, PLAIN, USERS, follow_up_rows, imported, send, wrong


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_columns_come_in_any_order_with_bom_and_crlf_and_empty_lines(company: Company) -> None:
    names = FOLLOW_UPS.strip().split(",")[::-1]
    values = {"external_id": "d-1", "title": "Tür", "assignee_email": AMIR, "due_at": DUE}
    line = ",".join(values.get(name, "") for name in names)
    file = "\ufeff" + ",".join(names).upper() + "\r\n\r\n" + line + "\r\n\r\n"
    assert imported(company, "follow-ups", file) == (1, 0, 0)
    assert company.titles(company.amir, "/follow-ups") == ["Tür"]


def test_what_means_something_to_copy_arrives_as_it_is(company: Company) -> None:
    odd = ["\\N", "\\.", "a\tb", "a\\nb", "first\nsecond", "first\r\nsecond", "a\rb", "\\", "back\\\tslash"]
    lines = "".join(f'd-{n},"{text}",{AMIR},{DUE},,,,,"{text}",\n' for n, text in enumerate(odd))
    assert imported(company, "follow-ups", FOLLOW_UPS + lines) == (len(odd), 0, 0)
    assert [(row.title, row.notes) for row in follow_up_rows(company)] == [(text, text) for text in odd]


def test_lines_are_counted_across_blocks_and_records_of_several_lines(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "BLOCK", 100)
    records = [f'd-{n},"T\n{n}",{PLAIN}\n' if n % 3 else f"d-{n},,{PLAIN}\n" for n in range(60)]
    file = (FOLLOW_UPS + "".join(records)).encode() + f"x,T\x00,{PLAIN}\n".encode()
    file += "d,Tür T".encode() + f"\xff,{PLAIN}\n".encode("latin-1")
    first = [2 + sum(record.count("\n") for record in records[:n]) for n in range(0, 60, 3)]
    last = 2 + sum(record.count("\n") for record in records)
    expected = [(line, "title") for line in first] + [(last, ""), (last + 1, "")]
    assert wrong(send(company, "follow-ups", file)) == expected
    assert send(company, "follow-ups", file, partial=True).json()["created"] == 40


def test_bytes_that_are_not_utf_8_are_named_by_line(company: Company) -> None:
    lines = [f"a,T,{PLAIN}", f'"b","T\nT{chr(0xE9)}",{PLAIN}', f"c,T,{PLAIN}"]
    file = FOLLOW_UPS.encode() + "\n".join(lines).encode("latin-1") + f"\nd,Tür,{PLAIN}\n".encode()
    answer = send(company, "follow-ups", file)
    assert wrong(answer) == [(4, "")]
    assert "UTF-8" in answer.json()["errors"][0]["message"]
    assert send(company, "follow-ups", file, partial=True).json()["created"] == 3


def test_a_quote_that_is_never_closed_is_found(company: Company) -> None:
    answer = send(company, "follow-ups", FOLLOW_UPS + f'a,"T,{PLAIN}\nb,T,{PLAIN}\n')
    assert wrong(answer) == [(2, "")]
    assert "Lines 2 to 3" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("header", "fields", "says"),
    [
        ("", [""], "is empty"),
        ("\n\n", [""], "is empty"),
        ("email,role,manager_email,time_zone,active\n", ["name"], "lacks the column name"),
        ("role,active\n", [""], "lacks the columns email and name"),
        (USERS.replace("role", "roll"), ["roll"], "The column 'roll' is unknown"),
        (USERS.strip() + ",Team,Region\n", [""], "The columns 'Team' and 'Region' are unknown"),
        (USERS.replace("name", "nmae"), ["name", "nmae"], "lacks the column name"),
        (USERS.strip() + ",E-Mail\n", ["email"], "2 times (email and E-Mail)"),
        (USERS.replace(",", "/"), [""], "commas, semicolons or tabs"),
        (FOLLOW_UPS, [""], "looks like a file of follow-ups"),
        ("\xff", [""], "UTF-8"),
        (USERS.strip() + ",x" * 100_000 + "\n", [""], "more than 1,000 columns"),
        (USERS.strip() + "," + "x" * 100_000 + "\n", ["x" * 100], "is unknown"),
    ],
)
def test_a_wrong_header_stops_at_once(company: Company, header: str, fields: list[str], says: str) -> None:
    for query in ({}, {"partial": True}, {"dry_run": True}):
        answer = send(
            company,
            "users",
            header.encode("latin-1") + b"a@example.com,A,employee,,,\n" * bool(header.strip()),
            **query,
        )
        assert [field for _, field in wrong(answer)] == fields
        assert says in answer.json()["errors"][0]["message"]


def test_of_very_many_errors_the_first_are_listed_and_the_others_counted(company: Company) -> None:
    file = FOLLOW_UPS + f"same,T,{PLAIN}\n" * 3_000 + "x\n"
    body = send(company, "follow-ups", file).json()
    assert (len(body["errors"]), body["more_errors"]) == (1_000, 2_000)
    assert [error["line"] for error in body["errors"]] == list(range(3, 1_003))
    assert "3,000 errors" in body["detail"]


def test_a_file_of_one_long_line_takes_little_more_memory_than_itself(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(text: str, newline: str | None = None) -> StringIO:
        assert len(text) <= 2 * encodings.BLOCK  # a StringIO holds four bytes a character
        return StringIO(text, newline)

    monkeypatch.setattr("followup_api.imports.text_files.StringIO", small)
    answer = send(company, "follow-ups", FOLLOW_UPS.encode() + b"x" * 3 * encodings.BLOCK)
    assert wrong(answer) == [(2, "")]


def test_a_line_that_does_not_end_is_given_up(company: Company) -> None:
    file = (
        FOLLOW_UPS.encode()
        + f"a,T,{PLAIN}\n".encode()
        + b"x" * (text_files.LONGEST_LINE + 2 * encodings.BLOCK)
    )
    answer = send(company, "follow-ups", file)
    assert wrong(answer) == [(3, "")]
    assert "2,097,152 characters" in answer.json()["errors"][0]["message"]


def test_something_else_than_csv_is_refused(company: Company) -> None:
    answer = company.ask(company.ada, "POST", "/imports/users", json={"email": "a@example.com"})
    assert answer.status_code == 415


def test_a_file_beyond_the_limit_is_refused(build: Callable[..., World]) -> None:
    company = Company(build(max_import_bytes=2_000))
    answer = send(company, "users", USERS + "x" * 2_000)
    assert answer.status_code == 413
