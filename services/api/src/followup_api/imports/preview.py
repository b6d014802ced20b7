"""The head of a file before it is imported: what it is, and what its columns seem to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import BinaryIO

from followup_common.moments import NoZone, moment
from followup_common.normal_form import normal

from followup_api.imports.files import Table
from followup_api.imports.headings import looks_like, proposed
from followup_api.imports.layouts import Layout
from followup_api.imports.problems import Errors
from followup_api.imports.schemas import ImportPreview, PreviewColumn

SAMPLES = 5
LOOKED_AT = 200
"""Rows that are searched for times without a zone."""
LONGEST = 200
"""Characters that are shown of a cell."""


def preview_of(file: BinaryIO, layout: Layout) -> ImportPreview:
    """Read the head of a file, and propose which column of it is which of ours.

    Args:
        file: as it was sent; of a text its head is enough.
        layout: what it is to be imported as.

    Raises:
        NotImported: it is something else than a file that we read, or empty.
    """
    with closing(Table(file, layout, Errors())) as table:
        columns = list(_each_once(proposed(table.headings, layout).columns))
        rows = [cells for _, cells in islice(table.rows(), LOOKED_AT)]
        other = looks_like(table.headings, layout)
        return ImportPreview(
            kind=table.source.kind,
            encoding=table.source.described.get("encoding"),
            separator=table.source.described.get("separator"),
            sheets=list(table.source.sheets),
            columns=[
                PreviewColumn(heading=heading, column=column, samples=_samples(rows, place))
                for place, (heading, column) in enumerate(zip(table.headings, columns, strict=True))
            ],
            choices=list(layout.choices),
            required=list(layout.required),
            times_without_zone="due_at" in layout.columns and any(map(_has_no_zone, chain(*rows))),
            person_needed=table.source.kind == "ics" and any(not cells[0] for cells in rows),
            looks_like=other and other.path,
        )


def _each_once(columns: Sequence[str | None]) -> Iterator[str | None]:
    """Of several that seem to be the same column, the first."""
    seen: set[str] = set()
    for column in columns:
        yield None if column in seen else column
        seen.update(filter(None, (column,)))


def _samples(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [normal(row[place].strip())[:LONGEST] for row in rows[:SAMPLES]]


def _has_no_zone(cell: str) -> bool:
    try:
        moment(cell.strip())
    except NoZone:
        return True
    except ValueError:
        pass
    return False
