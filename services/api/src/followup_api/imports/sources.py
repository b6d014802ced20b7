"""What an imported file is to its readers: rows of cells, whichever kind of file has them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from followup_api.imports.problems import Errors

RawRecord = tuple[int, list[str]]
"""The line where a record begins, and its cells; none if it is empty or cannot be read."""


class Source(ABC):
    """A file of rows.

    Attributes:
        kind: `csv`, `xlsx` or `ics`.
        guarded: an apostrophe may be before what a spreadsheet would run.
        ragged: cells that are missing at the end of a row are empty.
        described: the encoding and the separator, of a text.
        sheets: names of what has rows in it, the first of which is read; none where there is but one text.
        warnings: what of it is passed over, as sentences.
        refusals: by row and position, why a cell is no text; their reader empties it.
        blocks: how much of it was read; it grows now and then.
    """

    kind: Literal["csv", "xlsx", "ics"]
    guarded = False
    ragged = False
    described: Mapping[str, str] = {}
    sheets: Sequence[str] = ()
    warnings: Sequence[str] = ()

    def __init__(self) -> None:
        self.refusals: dict[tuple[int, int], str] = {}
        self.blocks = 0

    @abstractmethod
    def rows(self, errors: Errors, /) -> Iterator[RawRecord]:
        """Its rows; those that cannot be read become errors, and come without cells."""

    def close(self) -> None:  # noqa: B027 - a text needs nothing
        """Leave what was needed to read it."""
