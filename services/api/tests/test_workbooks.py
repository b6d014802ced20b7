"""Workbooks (XLSX) as imports: what cells mean, what is refused, and what a made-up one can do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from followup_api.imports import workbook_reader, workbooks
from xlsxwriter import Workbook

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, FOLLOW_UPS, follow_up_rows, imported, send, wrong

FILES = Path(__file__).with_name("files")
HEADER = FOLLOW_UPS.strip().split(",")
GOOD = ["d-1", "T", AMIR, DUE]


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def workbook(*rows: Sequence[Any], formats: dict[int, str] | None = None, **options: bool) -> bytes:
    """A workbook of one sheet; times have the format of their column."""
    file = io.BytesIO()
    with Workbook(file, {"strings_to_urls": False, "strings_to_formulas": False, **options}) as book:
        sheet = book.add_worksheet()
        known = {column: book.add_format({"num_format": code}) for column, code in (formats or {}).items()}
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell, known.get(column) if number else None)
    return file.getvalue()


def archive(change: Callable[[str, bytes], bytes | None], *rows: Sequence[Any]) -> bytes:
    """A workbook of which each part was changed; None: left out."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(*rows))) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
    return file.getvalue()


def refusal(company: Company, file: bytes) -> str:
    answer = send(company, "follow-ups", file)
    assert len(wrong(answer)) == 1
    message: str = answer.json()["errors"][0]["message"]
    return message


def test_a_workbook_is_read_with_dates_as_times_of_the_zone_of_the_file(company: Company) -> None:
    company.world.person("Rep")
    file = (FILES / "book.xlsx").read_bytes()
    assert wrong(send(company, "follow-ups", file)) == [(2, "due_at"), (3, "due_at")]
    assert imported(company, "follow-ups", file, time_zone="Europe/Berlin") == (2, 0, 0)
    [first, second] = follow_up_rows(company)
    assert first.due_at.isoformat() == "2027-03-01T08:00:00+00:00"
    assert (second.title, second.notes) == ("+49 170 call back", "two\nlines")
    names = company.world.execute("SELECT name FROM subjects ORDER BY name")
    assert [row.name for row in names] == ["Café Olé", "Nordwind GmbH"]


def test_rows_are_counted_as_the_spreadsheet_counts_them(company: Company) -> None:
    file = workbook([], HEADER, [], GOOD, ["", "", "  "], ["d-2", "", AMIR, DUE], ["d-3", "T", AMIR, DUE])
    assert wrong(send(company, "follow-ups", file)) == [(6, "title")]
    assert send(company, "follow-ups", file, partial=True).json()["created"] == 2
    more = workbook(HEADER, [*GOOD, "", "", "", "", "", "", "beyond"])
    assert wrong(send(company, "follow-ups", more)) == [(2, "")]


def test_cells_are_texts_as_one_sees_them(company: Company) -> None:
    rows: list[Sequence[Any]] = [
        [1001, 42, AMIR, DUE],
        [1002, 12.5, AMIR, DUE],
        [1003, True, AMIR, DUE],
        ["1004", "'=x", AMIR, DUE],
    ]
    assert imported(company, "follow-ups", workbook(HEADER, *rows)) == (4, 0, 0)
    assert {row.external_id: row.title for row in follow_up_rows(company)} == {
        "1001": "42",
        "1002": "12.5",
        "1003": "true",
        "1004": "'=x",
    }
    people = workbook(["email", "name", "active"], ["bo@example.com", "Bo", False])
    assert send(company, "users", people).json()["created"] == 1
    assert company.world.execute("SELECT active FROM users WHERE email = 'bo@example.com'") == [(False,)]


@pytest.mark.parametrize(
    ("cell", "number_format", "says"),
    [
        (date(2027, 3, 1), "dd.mm.yyyy", "is not a time"),
        (time(9, 0), "hh:mm", "without a date"),
        (0.25, "[h]:mm", "without a date"),
        (46083, "General", "is not a time"),
        (datetime.fromisoformat("2027-03-01T09:00"), "yyyy-mm-dd hh:mm", "has no time zone"),
        (datetime.fromisoformat("2027-03-28T02:30"), 'yyyy-mm-dd hh:mm "in Berlin"', "has no time zone"),
    ],
)
def test_what_is_no_moment_is_refused(company: Company, cell: Any, number_format: str, says: str) -> None:
    file = workbook(HEADER, [*GOOD[:3], cell], formats={3: number_format})
    answer = send(company, "follow-ups", file)
    assert wrong(answer) == [(2, "due_at")]
    assert says in answer.json()["errors"][0]["message"]


def test_a_time_whose_cell_says_utc_is_of_utc_whatever_the_zone_of_the_file(company: Company) -> None:
    rows: list[list[Any]] = [HEADER, ["d-1", "T", AMIR, datetime.fromisoformat("2027-07-01T09:30:15")]]
    for number_format in ('yyyy-mm-dd hh:mm:ss "UTC"', r"yyyy\-mm\-dd\ hh:mm:ss\ \U\T\C"):
        file = workbook(*rows, formats={3: number_format})
        send(company, "follow-ups", file, time_zone="Asia/Tokyo")
        [row] = follow_up_rows(company)
        assert row.due_at.isoformat() == "2027-07-01T09:30:15+00:00"


@pytest.mark.parametrize(
    ("cell", "says"),
    [(12345678901234567890, "15 digits"), ("a_x0000_b", None), ("x\ud800", "half of a character")],
)
def test_a_cell_that_is_no_text_is_named(company: Company, cell: Any, says: str | None) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"placeholder", b"_xD800_") if name == "xl/sharedStrings.xml" else content

    text = "placeholder" if isinstance(cell, str) and "\ud800" in cell else cell
    answer = send(company, "follow-ups", archive(change, HEADER, ["d-1", text, AMIR, DUE]))
    if says is None:  # written as it is: no escape of the character NUL
        assert [row.title for row in follow_up_rows(company)] == [cell]
    else:
        assert wrong(answer) == [(2, "title")]
        assert says in answer.json()["errors"][0]["message"]


def test_errors_of_formulas_are_named_only_where_they_are_read(company: Company) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"<v>777777</v>", b"<v>#REF!</v>").replace(b'r="E2"', b'r="E2" t="e"')

    unread = archive(change, [*HEADER[:4], "extra"], [*GOOD, 777777])
    columns = ",".join(HEADER[:4])
    assert imported(company, "follow-ups", unread, columns=f"{columns},") == (1, 0, 0)
    answer = send(company, "follow-ups", unread, columns=f"{columns},notes")
    assert wrong(answer) == [(2, "notes")]
    assert "#REF!" in answer.json()["errors"][0]["message"]


def test_of_several_sheets_the_first_with_rows_is_read_and_named(company: Company) -> None:
    file = io.BytesIO()
    with Workbook(file) as book:
        book.add_worksheet("Empty")
        hidden = book.add_worksheet("Hidden")
        hidden.write(0, 0, "nothing")
        hidden.hide()
        for name, row in (("Calls", GOOD), ("Old", ["old", "T", AMIR, DUE])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, row)
    body = send(company, "follow-ups", file.getvalue()).json()
    assert (body["created"], body["warnings"]) == (
        1,
        ["The workbook has 2 sheets: only 'Calls' was read."],
    )


def made_up(begins: bytes, repeated: bytes, times: int, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook of a few kilobytes, of which one part unfolds into very much."""

    def change(name: str, content: bytes) -> bytes:
        return content.replace(begins, begins + repeated * times, 1) if name == part else content

    return archive(change, HEADER, GOOD)


MANY = 600_000


@pytest.mark.long
@pytest.mark.parametrize(
    "file",
    [
        lambda: made_up(b"<sheetData>", b"<row/>", 2 * MANY),
        lambda: made_up(b'spans="1:10">', b"<c/>", 2 * MANY),
        lambda: made_up(b'uniqueCount="14">', b"<si><t>ab</t></si>", MANY, "xl/sharedStrings.xml"),
        lambda: made_up(b'<cellXfs count="1">', b"<xf/>", MANY, "xl/styles.xml"),
    ],
    ids=["rows", "cells", "texts", "styles"],
)
def test_a_workbook_that_unfolds_into_gigabytes_ends_its_reader_and_nothing_else(
    company: Company, file: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MEMORY", 96 * 1024 * 1024)  # or it would take very long to fill
    small = file()
    assert len(small) < 200_000
    message = refusal(company, small)
    assert "too much memory" in message or "more than 1,048,576 rows" in message
    assert company.ask(company.ada, "GET", "/me").status_code == 200


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (workbook(HEADER, GOOD)[:-40], "damaged or incomplete"),
        (b"PK\x03\x04" + bytes(100), "damaged or incomplete"),
        (archive(lambda name, content: None if name.startswith("xl/") else content), "no Excel workbook"),
        (archive(lambda name, content: None if "workbook.xml" in name else content), "cannot be read"),
        (
            archive(lambda name, content: content[:-9] if "sheet1" in name else content, HEADER),
            "cannot be read",
        ),
        (workbook(), "The file is empty"),
    ],
    ids=["cut", "junk", "zip", "without workbook", "cut sheet", "empty"],
)
def test_what_is_no_workbook_is_refused_once(company: Company, file: bytes, says: str) -> None:
    assert says in refusal(company, file)


def test_readers_end_with_their_file_and_only_so_many_run_at_once(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (workbook(), workbook(["x", "y"]), workbook(HEADER, GOOD), b"PK"):
        send(company, "follow-ups", file)
    monkeypatch.setattr(workbooks, "PATIENCE_SECONDS", 0.01)
    with workbooks.AT_ONCE:
        assert imported(company, "follow-ups", workbook(HEADER, GOOD)) == (0, 0, 1)
        with workbooks.AT_ONCE:
            assert send(company, "follow-ups", workbook(HEADER, GOOD)).status_code == 503
            assert imported(company, "follow-ups", FOLLOW_UPS + ",".join(GOOD) + ",,,,,,\n") == (0, 0, 1)


def test_entities_are_not_expanded(company: Company) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def change(name: str, content: bytes) -> bytes:
        if name != "xl/sharedStrings.xml":
            return content
        return content.replace(b"?>\n", b"?>\n" + bomb, 1).replace(b"<t>T</t>", b"<t>&b;</t>")

    assert "cannot be read (EntitiesForbidden)" in refusal(company, archive(change, HEADER, GOOD))


def test_the_reader_is_told_no_secret_of_the_service() -> None:
    assert not [name for name in workbooks.INHERITED if name.startswith(("FOLLOWUP", "PG"))]


def test_texts_keep_what_looks_like_an_escape() -> None:
    assert workbook_reader._text("a_x000D_\nb_x005F_x000D_c") == "a\r\nb_x000D_c"
