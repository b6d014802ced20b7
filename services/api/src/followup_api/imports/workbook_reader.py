"""Reads a workbook (XLSX) in a process of its own, which ends when it takes too much memory or time.

A workbook is a ZIP archive of XML: a few kilobytes can unfold into gigabytes. Whatever it makes of this
process, the service and its connections stay as they are. The file comes as the standard input. Lines of JSON
go to the standard output: first the names of the sheets, then lists of `[row, [cell, ...]]`, then `true`. A
cell is a text, or says why it is none: `{"why": ...}`. `{"refused": ...}` says why there is nothing more.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from openpyxl.cell.text import Text  # type: ignore[import-untyped]  # openpyxl has no types
from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]  # nor here
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS  # type: ignore[import-untyped]  # nor here
from openpyxl.xml.functions import iterparse  # type: ignore[import-untyped]  # nor here

SECONDS = 300
"""Of the processor."""
FIRST_TO_GO = Path("/proc/self/oom_score_adj")
"""Where Linux is told which process to end when memory is used up: this one, and not the service."""
ROWS = 1_048_576
"""As many as a spreadsheet has."""
AT_ONCE = 500
SAVE_AS = "save it as an Excel workbook (.xlsx), or as CSV UTF-8"

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_QUOTES = re.compile(r'["\\]')


class Refused(Exception):
    """What is wrong with the workbook, and the fix."""


class Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's, but that the escapes in shared texts are kept: it takes `x005F_` out of any text."""

    def read_strings(self) -> None:
        """Read all texts that cells share."""
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    self.shared_strings.append(Text.from_tree(node).content)
                    node.clear()


def main(memory: int) -> None:
    """Read the standard input, in at most so many bytes of memory."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if FIRST_TO_GO.exists():
        FIRST_TO_GO.write_text("1000")
    try:
        for message in read(sys.stdin.buffer):
            _send(message)
    except Refused as refused:
        _send({"refused": str(refused)})
    except Exception as error:  # noqa: BLE001 - whatever a damaged or made-up file makes of a reader
        _send({"refused": _refusal(error.__cause__ or error)})


def _refusal(error: BaseException) -> str:
    if isinstance(error, MemoryError) or "Error -4" in str(error):  # as zlib says it
        return "The workbook takes too much memory to read: save it as CSV UTF-8."
    return f"The workbook cannot be read ({type(error).__name__}): open it and save it again."


def _send(message: Any) -> None:
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")


def read(file: BinaryIO) -> Iterator[Any]:
    """The messages about a workbook, as described above."""
    _refuse_others(file)
    reader = Reader(file, read_only=True, data_only=True, keep_links=False)
    reader.read()
    sheets = [sheet for sheet in reader.wb.worksheets if sheet.sheet_state == "visible" and _has_rows(sheet)]
    yield [sheet.title for sheet in sheets]
    for sheet in sheets[:1]:
        yield from _batches(sheet)
    yield True


def _refuse_others(file: BinaryIO) -> None:
    try:
        with ZipFile(file) as archive:
            names = frozenset(archive.namelist())
    except BadZipFile:
        raise Refused("The workbook is damaged or incomplete: open it and save it again.") from None
    if "xl/workbook.bin" in names:
        raise Refused(f"The file is a binary Excel workbook (.xlsb): {SAVE_AS}.")
    if "content.xml" in names:
        raise Refused(f"The file is an OpenDocument file, such as .ods: {SAVE_AS}.")
    if not any(name.startswith("xl/") for name in names):
        raise Refused(f"The file is a ZIP archive, but no Excel workbook: {SAVE_AS}.")


def _has_rows(sheet: Any) -> bool:
    sheet.reset_dimensions()  # what the file says of its size need not be true
    return any(cell.value is not None for _, row in _rows(sheet) for cell in row)


def _rows(sheet: Any) -> Iterator[tuple[int, Any]]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > ROWS:
            raise Refused(f"The sheet has more than {ROWS:,} rows: save it as CSV UTF-8.")
        yield number, row


def _batches(sheet: Any) -> Iterator[list[tuple[int, list[Any]]]]:
    batch: list[tuple[int, list[Any]]] = []
    for number, row in _rows(sheet):
        if row:
            batch.append((number, [_cell(cell) for cell in row]))
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    yield batch


def _cell(cell: Any) -> Any:
    """A text as an import takes it, or why there is none."""
    value, number_format = cell.value, ""
    if cell.data_type == "e":
        return {"why": f"is an error of the spreadsheet ({value}): correct its formula"}
    if isinstance(value, datetime):
        number_format = cell.number_format
    return _written(value, number_format)


def _written(value: Any, number_format: str) -> Any:
    match value:
        case None:
            return ""
        case str():
            return _text(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number(value)
        case datetime():
            return _time(value, number_format)
    return {"why": "is a time without a date, or a duration: write date and time"}


def _text(text: str) -> Any:
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
    if _NO_TEXT.search(text):
        return {"why": "contains the NUL character or half of a character: remove it"}
    return text


def _number(number: float) -> Any:
    if abs(number) >= 1e15:
        return {"why": "is a number of which a spreadsheet keeps 15 digits only: make it a text"}
    return str(int(number)) if number == int(number) else f"{number:.15g}"


def _time(time: datetime, number_format: str) -> str:
    """As a text: with `Z` if the cell says UTC, and as a date alone if it shows no time of day."""
    shown = _LITERAL.sub("", number_format).lower()
    if "h" not in shown and time == time.replace(hour=0, minute=0, second=0, microsecond=0):
        return time.date().isoformat()
    in_utc = _QUOTES.sub("", number_format).rstrip().endswith("UTC")
    return time.isoformat() + ("Z" if in_utc else "")


if __name__ == "__main__":
    main(int(sys.argv[1]))
