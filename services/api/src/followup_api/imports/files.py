"""Reading CSV files block by block: memory does not grow with the file."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from typing import BinaryIO

from followup_api.formulas import plain
from followup_api.imports.problems import Errors, NotImported

BLOCK = 256 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

RawRecord = tuple[int, list[str]]
"""The line where a record begins, and its cells; none if it is empty or cannot be read."""


@dataclass(frozen=True)
class Records:
    """Some records of a file, column by column: what is done to a whole column costs little a cell.

    Args:
        lines: where each record begins.
        cells: those of each column, without the spaces around them.
        errors: where to note what is wrong.
        bad: the lines of which something is wrong.
    """

    lines: Sequence[int]
    cells: Mapping[str, Sequence[str]]
    errors: Errors
    bad: set[int] = field(default_factory=set)

    def refuse(self, line: int, column: str, message: str) -> None:
        """Note what is wrong with a cell, and the mend."""
        self.bad.add(line)
        self.errors.add(line, column, message)


def read_csv(
    file: BinaryIO, columns: Sequence[str], errors: Errors, ignored: Collection[str] = ()
) -> Iterator[Records]:
    """The records of a CSV file with a header; those that cannot be read become errors.

    Args:
        file: UTF-8, with or without a byte order mark.
        columns: what the header must name, in any order.
        errors: where to note what is wrong.
        ignored: what the header may name besides; nothing of it is read.

    Raises:
        NotImported: the header is wrong, so that no line can be understood.
    """
    text = _Text(file)
    rows = _rows(text, errors)
    order, width = _order_of(rows, columns, errors, ignored)
    blocks, lines, good = text.blocks, list[int](), list[list[str]]()
    for begins, cells in rows:
        if len(cells) == width:
            lines.append(begins)
            good.append(cells)
        elif cells:
            message = f"The line has {len(cells)} cells where the header has {width}: check its commas."
            errors.add(begins, "", f"{message} A cell that contains a comma needs quotes around it.")
        if text.blocks > blocks:
            yield _records(lines, good, order, errors)
            blocks, lines, good = text.blocks, [], []
    yield _records(lines, good, order, errors)


def _records(lines: list[int], rows: list[list[str]], order: Mapping[str, int], errors: Errors) -> Records:
    columns = list(zip(*rows, strict=True)) or [()] * (max(order.values()) + 1)
    cells = {column: _texts(columns[position]) for column, position in order.items()}
    return Records(lines, cells, errors)


def _texts(cells: Sequence[str]) -> list[str]:
    """Cells without the spaces around them, nor the apostrophes that keep exports from running."""
    return [plain(cell) for cell in map(str.strip, cells)]


def _rows(text: _Text, errors: Errors) -> Iterator[RawRecord]:
    reader = csv.reader(text, strict=True)
    begins, ended = 1, False
    while not ended:
        try:
            for cells in reader:
                yield begins, [] if text.problem and text.take_problem(errors) else cells
                begins = reader.line_num + 1
            ended = True
        except csv.Error as error:
            errors.add(begins, "", _unreadable(begins, reader.line_num, error))
            text.take_problem(errors)
            yield begins, []
            begins = reader.line_num + 1


class _Text:
    """Lines of text of a file, and the first thing that is wrong with the bytes since one last asked."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._number = 0
        self.problem: tuple[int, str] | None = None
        self.blocks = 0

    def __iter__(self) -> Iterator[str]:
        while block := self._file.read(BLOCK):
            block += self._file.readline()
            self.blocks += 1
            yield from self._lines(block if self.blocks > 1 else block.removeprefix(BYTE_ORDER_MARK))

    def take_problem(self, errors: Errors) -> bool:
        """Note it, if there is one."""
        if self.problem is None:
            return False
        errors.add(self.problem[0], "", self.problem[1])
        self.problem = None
        return True

    def _lines(self, block: bytes) -> Iterable[str]:
        """The lines of a block; one by one only where there is something wrong with it."""
        if b"\x00" not in block and len(block) < 2 * BLOCK:  # a StringIO holds four bytes a character
            try:
                text = block.decode("utf-8")
            except UnicodeDecodeError:
                pass
            else:
                self._number += block.count(b"\n")
                return StringIO(text)
        return map(self._line, BytesIO(block))

    def _line(self, raw: bytes) -> str:
        self._number += 1
        if b"\x00" in raw:
            self._note("The line contains the NUL character: remove it.")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            wrong = raw[error.start : error.start + 1]
            self._note(
                f"The line is not UTF-8 (byte {wrong!r} at {error.start + 1}): save the file as UTF-8."
            )
            return raw.decode("utf-8", "replace")

    def _note(self, message: str) -> None:
        self.problem = self.problem or (self._number, message)


def _order_of(
    rows: Iterator[RawRecord], columns: Sequence[str], errors: Errors, ignored: Collection[str]
) -> tuple[dict[str, int], int]:
    """Where each column is, as the first line that is not empty says; and how many columns there are."""
    for line, header in rows:
        if header or errors.count:
            return _order(line, header, columns, errors, ignored), len(header)
    errors.add(1, "", f"The file is empty: it needs a header line with {', '.join(columns)}.")
    raise NotImported(errors)


def _order(
    line: int, header: list[str], columns: Sequence[str], errors: Errors, ignored: Collection[str]
) -> dict[str, int]:
    """Where each column is in the header."""
    names = [name.strip().lower() for name in header]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        errors.add(line, "", "The columns must be separated by commas: save the file as comma-separated.")
    elif not errors.count:
        for column in columns:
            if names.count(column) == 0:
                errors.add(line, column, f"The header lacks the column {column}: add it, empty if need be.")
            elif names.count(column) > 1:
                errors.add(line, column, f"The header has {column} {names.count(column)} times: keep one.")
        for name in names:
            if name not in columns and name not in ignored:
                known = ", ".join(columns)
                errors.add(line, name, f"The column {name!r} is unknown: remove it. Known are {known}.")
    if errors.count:
        raise NotImported(errors)
    return {column: names.index(column) for column in columns}


def _unreadable(begins: int, ends: int, error: csv.Error) -> str:
    if ends > begins:
        return f"Lines {begins} to {ends} cannot be read as one record ({error}): check their quotes."
    return f"The line cannot be read ({error}): check its quotes."
