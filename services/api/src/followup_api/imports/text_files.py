"""Text files with columns: which character separates them, and their records, block by block."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import BinaryIO

from followup_api.imports.encodings import BLOCK, Encoding, encoding_of, line_ends
from followup_api.imports.layouts import LAYOUTS, compared
from followup_api.imports.problems import Errors, refused
from followup_api.imports.sources import RawRecord, Source

SEPARATORS = ",;\t|"
"""The first wins where a header says nothing."""
LONGEST_LINE = 2 * 1024 * 1024
"""Characters without a line end: nothing that one can import has so many."""

_SEPARATOR_LINE = re.compile(f'\\A"?sep=([{SEPARATORS}])"?(?:[\r\n]|\\Z)', flags=re.IGNORECASE)
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class TextFile(Source):
    """A text file with columns, whatever its encoding, its separator and its line ends.

    Args:
        file: read once for its encoding, and once more for its records.

    Raises:
        NotImported: its encoding is not certain.
    """

    kind = "csv"
    guarded = True

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file, self._encoding = file, encoding_of(file)
        head = next(self._encoding.decoded(file), "")
        self._announced = _SEPARATOR_LINE.match(head)
        self._separator = self._announced.group(1) if self._announced else _separator(head)
        self.described = {"encoding": self._encoding.name, "separator": self._separator}
        self._line = 0
        self._problem: tuple[int, str] | None = None
        """The first thing that is wrong with the lines since one last asked."""

    def rows(self, errors: Errors, /) -> Iterator[RawRecord]:
        """Its records; those that cannot be read become errors."""
        rows = self._rows(errors)
        if self._announced:
            next(rows)
        return rows

    def _rows(self, errors: Errors) -> Iterator[RawRecord]:
        reader = csv.reader(self._lines(), strict=True, delimiter=self._separator)
        begins, ended = 1, False
        while not ended:
            try:
                for cells in reader:
                    yield begins, [] if self._problem and self._take_problem(errors) else cells
                    begins = reader.line_num + 1
                ended = True
            except csv.Error as error:
                errors.add(begins, "", _unreadable(begins, reader.line_num, error))
                self._take_problem(errors)
                yield begins, []
                begins = reader.line_num + 1

    def _take_problem(self, errors: Errors) -> bool:
        """Note it, if there is one."""
        if self._problem is None:
            return False
        errors.add(self._problem[0], "", self._problem[1])
        self._problem = None
        return True

    def _lines(self) -> Iterator[str]:
        rest = ""
        for block in self._decoded():
            self.blocks += 1
            text = rest + block
            # The last character may be the first half of a line end.
            end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
            rest = text[end:]
            if len(rest) > LONGEST_LINE:
                line = self._line + line_ends(text[:end]) + 1
                raise refused(f"The line has more than {LONGEST_LINE:,} characters: check its quotes.", line)
            yield from self._lines_of(text[:end])
        yield from self._lines_of(rest)

    def _decoded(self) -> Iterator[str]:
        try:
            yield from self._encoding.decoded(self._file)
        except UnicodeDecodeError:
            raise refused(
                f"The file ends in the middle of a character of {self._encoding.name}: save it again.",
                self._line + 1,
            ) from None

    def _lines_of(self, text: str) -> Iterable[str]:
        """The lines of a text; one by one only where there is something wrong with it."""
        if _NO_TEXT.search(text):
            return map(self._checked, _LINE.findall(text))
        self._line += line_ends(text)
        if len(text) > 2 * BLOCK:  # a StringIO holds four bytes a character
            return (line.group() for line in _LINE.finditer(text))
        return StringIO(text, newline="")

    def _checked(self, line: str) -> str:
        self._line += 1
        if wrong := _NO_TEXT.search(line):
            self._problem = self._problem or (self._line, _what_is_wrong(wrong, self._encoding))
        return line


def _separator(head: str) -> str:
    """The character by which the header has most columns that we know, or else most columns."""
    return max(SEPARATORS, key=lambda separator: _score(_header(head, separator)))


def _score(header: Sequence[str]) -> tuple[int, int]:
    names = [compared(name) for name in header]
    return max(sum(name in layout.known for name in names) for layout in LAYOUTS), len(names)


def _header(head: str, separator: str) -> list[str]:
    try:
        return next(filter(any, csv.reader(StringIO(head, newline=""), delimiter=separator)), [])
    except csv.Error:
        return []


def _what_is_wrong(found: re.Match[str], encoding: Encoding) -> str:
    if found.group() == "\x00":
        return "The line contains the NUL character: remove it."
    byte = ord(found.group()) & 0xFF
    what = f"byte 0x{byte:02x}" if encoding.codec == "utf-8" else "half of a character"
    return f"The line is not {encoding.name} ({what}, at {found.start() + 1}): save the file as UTF-8."


def _unreadable(begins: int, ends: int, error: csv.Error) -> str:
    if ends > begins:
        return f"Lines {begins} to {ends} cannot be read as one record ({error}): check their quotes."
    return f"The line cannot be read ({error}): check its quotes."
