"""Any text, time or number that JSON, CSV and XLSX take, they take alike; what one refuses, all refuse."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

import pytest
from followup_api.fields import Link, Notes, SaneTime
from followup_api.followups.workbook import write
from followup_api.formulas import harmless
from followup_api.imports import cells
from followup_api.imports.cells import Check, checked
from followup_api.imports.files import Table
from followup_api.imports.layouts import FOLLOW_UPS, PEOPLE, Layout
from followup_api.imports.problems import Errors
from followup_api.schemas import Line
from followup_api.users.schemas import TimeZone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from xlsxwriter import Workbook

REFUSED = "refused"
"""No value is that."""

few = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.explicit],
    suppress_health_check=list(HealthCheck),
)
"""Each example is a file of many rows: a process reads it."""

odd = st.sampled_from(
    "=+-@＝＠;,\t\r\n\f\v '\"\\\x00\x01\x1c\x1f\x7f\x85\xa0\u1680\u180e\u200b\u200e\u2028\u202e"
    "\u2066\u3000\ufeff"
    "\ufffe\uffff\ufdd0e\u0301A\u030a\u212b\u212a\ufb01_x000D_x0041_<r>&</r>سלא👩‍👧🇩🇪\U000e0041\U0010ffff01"
)
texts = st.one_of(
    st.text(max_size=30),
    st.text(odd, max_size=12),
    st.text(odd, max_size=9).map("<r>{}</r>".format),
    st.text(odd, min_size=195, max_size=205),
)


def by_json(kind: Any, value: Any) -> Any:
    """What a request makes of a value, or that it refuses it; an empty text is none."""
    try:
        return TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError:
        return REFUSED


def csv_file(rows: Iterable[Sequence[str]]) -> io.BytesIO:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in rows)
    return io.BytesIO(file.getvalue().encode())


def workbook(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> io.BytesIO:
    file = io.BytesIO()
    write(file, header, rows)
    return file


def by_file(file: io.BytesIO, layout: Layout, check: Check, number: int) -> list[Any]:
    """What an import makes of the second column of a file, row by row; the first counts them."""
    found: list[Any] = [REFUSED] * number
    errors = Errors()
    columns = [layout.required[0], "name" if layout is PEOPLE else "title"]
    with on_disk(file) as opened, closing(Table(opened, layout, errors)) as table:
        for records in table.records({"count": (0,), columns[1]: (1,)}):
            values = checked(records, {columns[1]: check})[columns[1]]
            for count, line, value in zip(records.cells["count"], records.lines, values, strict=True):
                found[int(count)] = REFUSED if line in records.bad else value
    return found


def on_disk(file: io.BytesIO) -> Any:
    """The file as an upload has it: another process can read it."""
    copy = TemporaryFile()  # noqa: SIM115 - the caller closes it
    copy.write(file.getvalue())
    copy.flush()
    return copy


HEADER = ("external_id", "title")
KINDS: dict[str, tuple[Any, Check]] = {
    "line": (Line, cells.line()),
    "notes": (Notes, cells.notes),
    "link": (Link, cells.link),
    "time": (SaneTime, cells.due_time()),
    "zone": (TimeZone, cells.zone),
}


def check_alike(kind: str, values: Sequence[str]) -> None:
    """Compare the three for each of these texts."""
    json_type, check = KINDS[kind]
    expected = [by_json(json_type, value) for value in values]
    rows = [(str(count), value) for count, value in enumerate(values)]
    of_csv = by_file(csv_file([HEADER, *rows]), FOLLOW_UPS, check, len(rows))
    of_xlsx = by_file(workbook(HEADER, rows), FOLLOW_UPS, check, len(rows))
    for value, json_value, csv_value, xlsx_value in zip(values, expected, of_csv, of_xlsx, strict=True):
        assert (csv_value, xlsx_value) == (json_value, json_value), ascii(value)


@few
@given(st.lists(texts.filter(lambda text: text.strip()), min_size=1, max_size=60))
def test_names_and_titles(values: list[str]) -> None:
    check_alike("line", values)


@few
@example(["\n"])
@given(st.lists(texts, min_size=1, max_size=60))
def test_long_texts(values: list[str]) -> None:
    check_alike("notes", values)


links = st.one_of(
    st.from_regex(r"https?://[a-zäé\u0301.@\\ :/?#_-]{0,20}", fullmatch=True),
    st.text(odd, min_size=1, max_size=9).map("https://crm.example.com/{}".format),
)


@few
@given(st.lists(links.filter(lambda text: text.strip()), min_size=1, max_size=60))
def test_links(values: list[str]) -> None:
    check_alike("link", values)


SANE = (datetime.fromisoformat("1969-12-31"), datetime.fromisoformat("2200-01-02"))
times = st.one_of(
    st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat()),
    st.datetimes(
        min_value=datetime.fromisoformat("1969-12-31"), max_value=datetime.fromisoformat("2200-01-02")
    ).map(lambda time: time.isoformat()),
    st.from_regex(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[Tt ]?[0-9:.]{0,9}(Z|[+-][0-9:]{2,5})?", fullmatch=True),
    st.sampled_from(["46083", "2026-03-02", "09:00", "1e5", "tomorrow", "２０２６-03-02T09:00:00Z"]),
)


@few
@given(st.lists(times.filter(lambda text: text.strip()), min_size=1, max_size=60))
def test_times_as_texts(values: list[str]) -> None:
    check_alike("time", values)


@few
@given(
    st.lists(
        st.sampled_from(["UTC", "Europe/Berlin", "europe/berlin", "Mars", "CET", "Europe/Kiev"]), min_size=1
    )
)
def test_time_zones(values: list[str]) -> None:
    check_alike("zone", values)


@few
@given(
    st.lists(
        st.datetimes(
            min_value=datetime.fromisoformat("1901-01-01"), max_value=datetime.fromisoformat("2300-01-01")
        ),
        min_size=1,
        max_size=60,
    )
)
def test_times_as_cells_of_a_spreadsheet(values: list[datetime]) -> None:
    """Down to the milliseconds that a spreadsheet has; what is finer is written as a text."""
    moments = [value.replace(tzinfo=UTC) for value in values]
    expected = [by_json(SaneTime, moment.isoformat()) for moment in moments]
    rows = [(str(count), moment) for count, moment in enumerate(moments)]
    found = by_file(workbook(HEADER, rows), FOLLOW_UPS, cells.due_time(), len(rows))
    assert found == expected


@few
@given(
    st.lists(
        st.one_of(
            st.integers(-(10**15) + 1, 10**15 - 1),
            st.floats(-1e9, 1e9).map(lambda number: float(f"{number:.12g}")),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_numbers_are_the_text_of_their_digits(values: list[float]) -> None:
    expected = [by_json(Line, digits(value)) for value in values]
    file = io.BytesIO()
    with Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for count, value in enumerate(values):
            sheet.write_row(count + 1, 0, [count, value])
    of_csv = csv_file([HEADER, *((str(count), digits(value)) for count, value in enumerate(values))])
    assert by_file(file, FOLLOW_UPS, cells.line(), len(values)) == expected
    assert by_file(of_csv, FOLLOW_UPS, cells.line(), len(values)) == expected


def digits(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.15g}"


@pytest.mark.parametrize("value", [True, False])
def test_truths(value: bool) -> None:
    rows = [("0", value)]
    header = ("email", "name")
    assert by_file(workbook(header, rows), PEOPLE, cells.yes_or_no, 1) == [value]
    assert by_file(csv_file([header, ("0", str(value).upper())]), PEOPLE, cells.yes_or_no, 1) == [value]


def test_times_of_the_clock_without_a_zone_are_taken_alike_with_one_for_the_file() -> None:
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    start = datetime.fromisoformat("2026-03-28T12:15")
    walls = [start + timedelta(hours=hours) for hours in range(0, 24 * 220, 3)]
    file = io.BytesIO()
    with Workbook(file) as book:
        sheet, shown = book.add_worksheet(), book.add_format({"num_format": "d.m.yy h:mm"})
        sheet.write_row(0, 0, HEADER)
        for count, wall in enumerate(walls):
            sheet.write(count + 1, 0, count)
            sheet.write_datetime(count + 1, 1, wall, shown)
    of_csv = csv_file([HEADER, *((str(count), wall.isoformat(" ")) for count, wall in enumerate(walls))])
    check = cells.due_time(berlin)
    found = by_file(of_csv, FOLLOW_UPS, check, len(walls))
    assert by_file(file, FOLLOW_UPS, check, len(walls)) == found
    assert found.count(REFUSED) < 5
    assert by_file(file, FOLLOW_UPS, cells.due_time(), len(walls)) == [REFUSED] * len(walls)
