"""Reading CSV files line by line: memory does not grow with the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from followup_api.imports.problems import Errors, NotImported

Record = tuple[int, list[str]]
"""The line where a record begins, and its cells in the order of the columns asked for."""


def read_csv(file: BinaryIO, columns: Sequence[str], errors: Errors) -> Iterator[Record]:
    """The records of a CSV file with a header; those that cannot be read become errors.

    Args:
        file: UTF-8, with or without a byte order mark.
        columns: what the header must name, in any order.
        errors: where to note what is wrong.

    Raises:
        NotImported: the header is wrong, so that no line can be understood.
    """
    text = _Text(file)
    reader = csv.reader(text, strict=True)
    order: list[int] | None = None
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            errors.add(begins, "", _unreadable(begins, reader.line_num, error))
            cells = []
        if cells is None:
            break
        problem = text.take_problem()
        if problem:
            errors.add(problem[0], "", problem[1])
            cells = []
        if order is None and (cells or errors.count):
            order = _order(begins, cells, columns, errors)
        elif order and len(cells) == len(order):
            yield begins, [cells[position] for position in order]
        elif order and cells:
            message = f"The line has {len(cells)} cells where the header has {len(order)}: check its commas."
            errors.add(begins, "", f"{message} A cell that contains a comma needs quotes around it.")
    if order is None:
        errors.add(1, "", f"The file is empty: it needs a header line with {', '.join(columns)}.")
        raise NotImported(errors)


class _Text:
    """Lines of text of a file, and the first thing that is wrong with the bytes since one last asked."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._number = 0
        self._problem: tuple[int, str] | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._file.readline()
        if not raw:
            raise StopIteration
        self._number += 1
        if self._number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
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

    def take_problem(self) -> tuple[int, str] | None:
        problem, self._problem = self._problem, None
        return problem

    def _note(self, message: str) -> None:
        self._problem = self._problem or (self._number, message)


def _order(line: int, header: list[str], columns: Sequence[str], errors: Errors) -> list[int]:
    """Where each column stands in the header."""
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
            if name not in columns:
                known = ", ".join(columns)
                errors.add(line, name, f"The column {name!r} is unknown: remove it. Known are {known}.")
    if errors.count:
        raise NotImported(errors)
    return [names.index(column) for column in columns]


def _unreadable(begins: int, ends: int, error: csv.Error) -> str:
    if ends > begins:
        return f"Lines {begins} to {ends} cannot be read as one record ({error}): check their quotes."
    return f"The line cannot be read ({error}): check its quotes."
