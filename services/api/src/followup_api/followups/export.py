"""Follow-ups as a CSV file for spreadsheets, which runs nothing there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from followup_api.problems import Invalid
from followup_api.rows import Record

AT_MOST = 100_000
IN_MEMORY = 1024 * 1024
CHUNK = 64 * 1024
COLUMNS = (
    *("id", "external_id", "title", "assignee_name", "assignee_email", "due_at", "status", "completed_at"),
    *("hours_overdue", "level", "level_label", "sla_breach"),
    *("subject_kind", "subject_external_id", "subject_name", "subject_url", "notes"),
)
# What a spreadsheet may take for the beginning of a formula, in their full-width forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class TooMany(Invalid):
    """More follow-ups than one file takes."""

    def __init__(self) -> None:
        super().__init__(
            "view",
            f"view holds more than {AT_MOST:,} follow-ups: narrow it down, such as with assignee, subject_id "
            "or q.",
        )


def written(rows: Iterable[Record]) -> IO[bytes]:
    """A file with a header and a line for each row; the caller closes it.

    It is written before the answer begins: a failure halfway is an error, and not a file that ends early.

    Raises:
        TooMany: there are more rows than `AT_MOST`.
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    try:
        _write(file, rows)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file piece by piece; it is closed and gone afterwards."""
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before it where one could."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULA) else cell


def _write(file: IO[bytes], rows: Iterable[Record]) -> None:
    file.write("\ufeff".encode())  # or Excel takes it for something else than UTF-8
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows):
        if number == AT_MOST:
            raise TooMany
        writer.writerow(_cells(row))
    text.detach()  # or it would close the file together with itself


def _cells(row: Record) -> list[Any]:
    values = {**row._mapping, "status": "open" if row.is_open else "completed"}
    return [_cell(values[name]) for name in COLUMNS]


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else value
