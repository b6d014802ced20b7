"""Reading files block by block, column by column: memory does not grow with the file.

What a file is, its first bytes say, whatever it is called.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from followup_common.normal_form import normal

from followup_api.formulas import plain
from followup_api.imports.calendar_files import CalendarFile
from followup_api.imports.headings import Places, chosen_places, places_of
from followup_api.imports.layouts import ABSENCES, Layout
from followup_api.imports.problems import Errors, NotImported, refused
from followup_api.imports.reading import Reading
from followup_api.imports.sources import RawRecord, Source
from followup_api.imports.text_files import TextFile
from followup_api.imports.workbooks import Workbook
from followup_api.problems import Invalid

ONE_COLUMN = "The file has one column: its columns must be separated by commas, semicolons or tabs."

MOST_COLUMNS = 1_000
"""Exports of large systems have a few hundred; each heading is looked at by itself."""


CALENDAR = b"begin:vcalendar"
SAVE_AS = "save it as CSV UTF-8, or as an Excel workbook (.xlsx)"
OTHERS: tuple[tuple[bytes, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        "The file is an old Excel workbook (.xls), or one with a password: save it as an Excel workbook "
        "(.xlsx) without a password, or as CSV UTF-8.",
    ),
    (b"%pdf", f"The file is a PDF: {SAVE_AS}."),
    (b"\x1f\x8b", "The file is compressed (gzip): send what is in it."),
    (b"<?xml", f"The file is XML: {SAVE_AS}."),
    (b"<!doctype", f"The file is a web page: {SAVE_AS}."),
    (b"<html", f"The file is a web page: {SAVE_AS}."),
    (b"<table", f"The file is a web page: {SAVE_AS}."),
    (b"{\\rtf", f"The file is a text document (RTF): {SAVE_AS}."),
    (b"{", f"The file is JSON: {SAVE_AS}."),
    (b"[", f"The file is JSON: {SAVE_AS}."),
)
"""How files begin that are often taken for others, and what to do with them."""


@dataclass(frozen=True)
class Records:
    """Some records of a file, column by column: what is done to a whole column costs little a cell.

    Args:
        lines: where each record begins.
        cells: those of each column that the file has, without the spaces around them, texts in normal form.
        errors: where to note what is wrong.
        bad: the lines of which something is wrong.
    """

    lines: Sequence[int]
    cells: Mapping[str, Sequence[str]]
    errors: Errors
    bad: set[int] = field(default_factory=set)
    _refused: set[tuple[int, str]] = field(default_factory=set)

    def column(self, name: str) -> Sequence[str]:
        """The cells of a column; empty ones if the file does not have it."""
        return self.cells.get(name) or [""] * len(self.lines)

    def refuse(self, line: int, column: str, message: str) -> None:
        """Note what is wrong with a cell, and the fix; the first counts."""
        if (line, column) not in self._refused:
            self._refused.add((line, column))
            self.bad.add(line)
            self.errors.add(line, column, message)


class Table:
    """A file of which the header was read.

    Args:
        file: as it was sent.
        layout: of its kind.
        errors: where to note what is wrong with its lines.
        reading: how to read it if it is a calendar.

    Raises:
        NotImported: it is something else than a file that we read, or empty.
    """

    def __init__(
        self, file: BinaryIO, layout: Layout, errors: Errors, reading: Reading | None = None
    ) -> None:
        self.source: Source = open_source(file, layout, reading)
        self.layout, self._errors = layout, errors
        try:
            self._rows = self.source.rows(errors)
            self.line, self.headings = self._header()
        except BaseException:
            self.source.close()
            raise

    def places(self, columns: Sequence[str] | None) -> Places:
        """Where our columns are: as the headings say, or as the caller does.

        Raises:
            NotImported: the headings do not say so.
            Invalid: what the caller says does not fit.
        """
        if columns is None:
            return places_of(self.line, self.headings, self.layout)
        return chosen_places(columns, self.headings, self.layout)

    def records(self, places: Places) -> Iterator[Records]:
        """What is in the file; lines that cannot be read become errors."""
        blocks, lines, good = self.source.blocks, list[int](), list[list[str]]()
        for begins, cells in self.rows():
            lines.append(begins)
            good.append(cells)
            if self.source.blocks > blocks:
                yield self._records(lines, good, places)
                blocks, lines, good = self.source.blocks, [], []
        yield self._records(lines, good, places)

    @property
    def warnings(self) -> list[str]:
        """What of the file is not read, as sentences."""
        sheets = self.source.sheets
        if len(sheets) < 2:
            return list(self.source.warnings)
        return [f"The workbook has {len(sheets)} sheets: only {sheets[0]!r} was read."]

    def rows(self) -> Iterator[RawRecord]:
        """The rows below the header that are not blank, each as wide as the header."""
        width, ragged = len(self.headings), self.source.ragged
        for begins, cells in self._rows:
            if len(cells) > width and _blank(cells[width:]):
                del cells[width:]
            if _blank(cells):
                continue
            if ragged:
                cells.extend([""] * (width - len(cells)))
            if len(cells) == width:
                yield begins, cells
            else:
                message = f"The line has {len(cells)} cells where the header has {width}: check the line."
                advice = "A cell that contains what separates the cells needs quotes around it."
                self._errors.add(begins, "", f"{message} {advice}")

    def close(self) -> None:
        """Leave the file."""
        self.source.close()

    def _header(self) -> RawRecord:
        """The first row that is not blank, without the blank cells at its end."""
        for line, cells in self._rows:
            if self._errors.count:
                raise NotImported(self._errors)
            if not _blank(cells):
                if not _blank(cells[MOST_COLUMNS:]):
                    raise refused(f"The header has more than {MOST_COLUMNS:,} columns: remove some.", line)
                names = [normal(cell.strip()) for cell in cells[:MOST_COLUMNS]]
                while not names[-1]:
                    names.pop()
                if len(names) == 1:
                    raise refused(ONE_COLUMN, line)
                return line, names
        raise refused(f"The file is empty: it needs a header line with {', '.join(self.layout.columns)}.")

    def _records(self, lines: list[int], rows: list[list[str]], places: Places) -> Records:
        columns = list(zip(*rows, strict=True)) or [()] * len(self.headings)
        guarded, addresses = self.source.guarded, self.layout.addresses
        cells = {
            name: _joined([_stripped(columns[place], guarded=guarded) for place in several])
            for name, several in places.items()
        }
        cells |= {name: _normal(texts) for name, texts in cells.items() if name not in addresses}
        records = Records(lines, cells, self._errors)
        self._refuse_cells(records, places)
        return records

    def _refuse_cells(self, records: Records, places: Places) -> None:
        names = {place: name for name, several in places.items() for place in several}
        for (line, place), why in self.source.refusals.items():
            if place in names:
                records.refuse(line, names[place], f"{names[place]} {why}.")
        self.source.refusals.clear()


def open_source(file: BinaryIO, layout: Layout, reading: Reading | None = None) -> Source:
    """Recognise a file; arguments as of `Table`.

    Raises:
        NotImported: it is something that we do not read, or not as this.
        Invalid: it says how to read a calendar, and the file is none.
    """
    file.seek(0)
    head = file.read(64).removeprefix(BOM_UTF8).lstrip().lower()
    if head.startswith(CALENDAR):
        if layout is not ABSENCES:
            raise refused("The file is a calendar (iCalendar): import it as absences.")
        return CalendarFile(file, reading or Reading())
    if reading and reading.person:
        raise Invalid(
            "person", "person says whose calendar (.ics) a file is, and this one names people: leave it out."
        )
    if head.startswith(b"pk"):
        return Workbook(file)
    for begins, message in OTHERS:
        if head.startswith(begins):
            raise refused(message)
    return TextFile(file)


def _blank(cells: Sequence[str]) -> bool:
    return not cells or (
        (not cells[0] or cells[0].isspace()) and not any(cell and not cell.isspace() for cell in cells)
    )


def _stripped(cells: Sequence[str], *, guarded: bool) -> list[str]:
    """Cells without our apostrophes, if they are guarded by such, nor the spaces around them."""
    return [(plain(cell) if guarded else cell).strip() for cell in cells]


def _normal(texts: list[str]) -> list[str]:
    return texts if "".join(texts).isascii() else [normal(text) for text in texts]


def _joined(columns: Sequence[list[str]]) -> list[str]:
    if len(columns) == 1:
        return columns[0]
    return [" ".join(filter(None, cells)) for cells in zip(*columns, strict=True)]
