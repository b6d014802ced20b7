"""What an imported file is: recognised by its first bytes, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Literal, Protocol

from followup_api.imports.problems import Errors, refused
from followup_api.imports.text_files import RawRecord, TextFile
from followup_api.imports.workbooks import Workbook

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


class Source(Protocol):
    """A file of rows.

    Attributes:
        kind: `csv` or `xlsx`.
        guarded: an apostrophe may be before what a spreadsheet would run.
        ragged: cells that are missing at the end of a row are empty.
        refusals: by row and position, why a cell is no text; their reader empties it.
        blocks: how much of it was read; it grows now and then.
        described: the encoding and the separator, of a text.
        sheets: names of what has rows in it, the first of which is read; none where there is but one text.
    """

    kind: Literal["csv", "xlsx"]
    guarded: bool
    ragged: bool
    refusals: dict[tuple[int, int], str]
    described: Mapping[str, str]
    sheets: Sequence[str]

    @property
    def blocks(self) -> int: ...

    def rows(self, errors: Errors, /) -> Iterator[RawRecord]:
        """Its rows; those that cannot be read become errors, and come without cells."""
        ...

    def close(self) -> None:
        """Leave what was needed to read it."""
        ...


def open_source(file: BinaryIO) -> Source:
    """Recognise a file.

    Raises:
        NotImported: it is something that we do not read.
    """
    file.seek(0)
    head = file.read(64).lstrip().lower()
    if head.startswith(b"pk"):
        return Workbook(file)
    for begins, message in OTHERS:
        if head.startswith(begins):
            raise refused(message)
    return TextFile(file)
