"""A workbook (XLSX) of one sheet: texts are texts, numbers numbers, and times are in UTC."""

from __future__ import annotations

import re
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
EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""When every workbook of ours was made, as it says: the same follow-ups are then the same bytes."""
WIDTH = 18
"""Of a column, in characters."""


class _Sheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A sheet whose texts come back as they were, whatever in them looks like an escape or like XML.

    xlsxwriter has no public place for either: `test_round_trip.py` holds the methods that are replaced here.
    """

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        """Write a text between `<r>` and `</r>`, which xlsxwriter takes for its own XML of a rich text.

        No cell of ours is a rich text.
        """
        self._xml_inline_string(string, False, attributes)  # the text neither begins nor ends with a space

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        """Escape what XML cannot hold, and what looks like an escape: each one.

        xlsxwriter overlooks the second of two escapes that share an underscore, `_x0041_x0042_`.
        """
        if not isinstance(data, str):
            return data
        data = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", data)
        return re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda found: f"_x{ord(found.group()):04X}_", data)


def write(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a sheet with a header, which stays in sight.

    Args:
        file: where to; it stays open.
        columns: names of the columns.
        rows: values of each row: texts, numbers, truths, times with a zone, or None.
    """
    with Workbook(file, OPTIONS) as workbook:
        workbook.set_properties({"created": EPOCH})
        sheet = workbook.add_worksheet("Follow-ups", worksheet_class=_Sheet)
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
        case datetime() if value.year > FIRST_YEAR and value.microsecond % 1_000 == 0:
            sheet.write_datetime(*place, value.astimezone(UTC).replace(tzinfo=None), in_utc)
        case datetime():  # a spreadsheet counts milliseconds
            sheet.write_string(*place, value.isoformat())
        case str():
            sheet.write_string(*place, value)
        case _:
            sheet.write_number(*place, value)
