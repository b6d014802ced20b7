"""From a file into the temporary table `incoming`, as one stream, and what an import answers in the end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, BinaryIO

from followup_common.db import Transaction
from psycopg import Connection as PsycopgConnection
from sqlalchemy import Row, text

from followup_api.imports.files import Records, Table
from followup_api.imports.layouts import Layout
from followup_api.imports.problems import Errors, ImportRunning, NotImported
from followup_api.imports.schemas import ImportQuery, ImportResult

TIMEOUT = "15min"
MEMORY = "32MB"
"""What PostgreSQL may take to sort and match lines: enough for 100,000 without a file."""
NULL = " "
"""No value is that: cells have no spaces around them."""
ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
ESCAPES = str.maketrans(ESCAPED)

COUNTS = """
    SELECT count(*) FILTER (WHERE known_id IS NULL) AS created, count(*) FILTER (WHERE differs) AS updated,
           count(*) FILTER (WHERE known_id IS NOT NULL AND NOT differs) AS unchanged
    FROM planned WHERE good
"""
LEAVE_OUT = "UPDATE planned SET good = false WHERE line = ANY(CAST(:lines AS integer[]))"

Parse = Callable[[Records], Sequence[Sequence[Any]]]
"""Makes columns of the temporary table from those of the file; notes what is wrong with them."""


@dataclass(frozen=True)
class Loaded:
    """A file that is in the temporary table.

    Args:
        query: how to treat it.
        columns: those that the file has.
        warnings: what of it was not read, as sentences.
        errors: what is wrong with its lines.
        kind: `csv`, `xlsx` or `ics`.
    """

    query: ImportQuery
    columns: Collection[str]
    warnings: list[str]
    errors: Errors
    kind: str

    @property
    def partial(self) -> bool:
        """Whether only the good lines count, and the others are reported."""
        return self.query.partial or self.query.dry_run

    def leave_out(self, tx: Transaction, wrong: Sequence[tuple[int, str, str]]) -> None:
        """Note what is wrong with lines that are planned already, and write nothing of them."""
        self.errors.extend(wrong)
        tx.execute(text(LEAVE_OUT), {"lines": [line for line, _, _ in wrong]})

    def refuse_errors(self) -> None:
        """End the import of a file with errors, unless its good lines were asked for.

        Raises:
            NotImported: it has some.
        """
        if self.errors.count and not self.partial:
            raise NotImported(self.errors)

    def result(
        self,
        counts: Row[Any],
        *,
        warnings: Sequence[str] = (),
        subjects_changed: int = 0,
        leaving: int = 0,
    ) -> ImportResult:
        """What the import answers: `counts` has how many are created, updated and unchanged."""
        return ImportResult(
            created=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            errors=self.errors.first(),
            more_errors=self.errors.more,
            warnings=[*self.warnings, *warnings],
            subjects_changed=subjects_changed,
            leaving=leaving,
            dry_run=self.query.dry_run,
        )


def count(tx: Transaction) -> Row[Any]:
    """How many of the good lines of `planned (line, known_id, good, differs, ...)` do what."""
    return tx.execute(text(COUNTS)).one()


def load(tx: Transaction, file: BinaryIO, layout: Layout, parse: Parse, query: ImportQuery) -> Loaded:
    """Copy a file into `incoming (line, valid, ...)`; bad lines are in it too, with valid = false.

    The import has its time and memory from here on, and keeps others of its kind out until the transaction
    ends.

    Args:
        tx: where to make the table.
        file: as it was sent.
        layout: of its kind.
        parse: checks what it holds.
        query: how to treat it.

    Raises:
        ImportRunning: another one of its kind is under way.
        NotImported, Invalid: nothing of the file can be understood.
    """
    tx.execute(text(f"SET LOCAL statement_timeout = '{TIMEOUT}'; SET LOCAL work_mem = '{MEMORY}'"))
    lock = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
    if not tx.execute(lock, {"name": f"imports.{layout.path}"}).scalar():
        raise ImportRunning
    columns = ", ".join(f"{name} {layout.types.get(name, 'text')}" for name in layout.columns)
    table = f"CREATE TEMPORARY TABLE incoming (line integer, valid boolean, {columns}) ON COMMIT DROP"
    tx.execute(text(table))
    connection = tx.connection.driver_connection
    assert isinstance(connection, PsycopgConnection)  # noqa: S101 - the engine's driver, for mypy
    errors = Errors()
    with closing(Table(file, layout, errors, query.reading)) as source:
        places = source.places(query.chosen)
        with connection.cursor() as cursor, cursor.copy(f"COPY incoming FROM STDIN (NULL '{NULL}')") as copy:
            for records in source.records(places):
                copy.write(_rows(records, parse(records)))
        return Loaded(query, places.keys(), source.warnings, errors, source.source.kind)


def _rows(records: Records, columns: Sequence[Sequence[Any]]) -> str:
    """Records as COPY reads them."""
    valid = [line not in records.bad for line in records.lines]
    texts = map(_texts, (records.lines, valid, *columns))
    return "".join(f"{row}\n" for row in map("\t".join, zip(*texts, strict=True)))


def _texts(column: Sequence[Any]) -> Sequence[str]:
    """A column as COPY reads it: psycopg's `write_row` looks at each value, this at all of them at once."""
    texts = [NULL if value is None else str(value) for value in column]
    together = "".join(texts)
    if any(mark in together for mark in ESCAPED):
        return [value.translate(ESCAPES) for value in texts]
    return texts
