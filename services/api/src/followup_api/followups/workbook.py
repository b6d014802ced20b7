"""A workbook (XLSX) of one sheet: texts are texts, numbers numbers, and times are in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

OPTIONS = {
    "constant_memory": True,  # a row is written to a temporary file as soon as the next one begins
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
IN_UTC = 'yyyy-mm-dd hh:mm:ss "UTC"'
FIRST_YEAR = 1900
"""The calendar of spreadsheets begins there."""
WIDTH = 18
"""Of a column, in characters."""


def write(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a sheet with a header, which stays in sight.

    Args:
        file: where to; it stays open.
        columns: names of the columns.
        rows: values of each row: texts, numbers, truths, times with a zone, or None.
    """
    with Workbook(file, OPTIONS) as workbook:
        sheet = workbook.add_worksheet("Follow-ups")
        sheet.set_column(0, len(columns) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        in_utc = workbook.add_format({"num_format": IN_UTC})
        bold = workbook.add_format({"bold": True})
        for column, name in enumerate(columns):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, (number, column), value, in_utc)


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: Any, in_utc: Format) -> None:
    match value:
        case None | "":
            pass
        case bool():
            sheet.write_boolean(*place, value)
        case datetime() if value.year > FIRST_YEAR:
            sheet.write_datetime(*place, value.astimezone(UTC).replace(tzinfo=None), in_utc)
        case datetime():
            sheet.write_string(*place, value.isoformat())
        case str():
            sheet.write_string(*place, value)
        case _:
            sheet.write_number(*place, value)
