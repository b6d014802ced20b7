"""From a file into a temporary table, as one stream."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, BinaryIO

from followup_common.db import Transaction
from psycopg import Connection as PsycopgConnection
from sqlalchemy import text

from followup_api.imports.files import Records, Table
from followup_api.imports.layouts import Layout
from followup_api.imports.problems import Errors, ImportRunning

TIMEOUT = "15min"
MEMORY = "32MB"
"""What PostgreSQL may take to sort and match lines: enough for 100,000 without a file."""
NULL = " "
"""No value is that: cells have no spaces around them."""
ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
ESCAPES = str.maketrans(ESCAPED)

Parse = Callable[[Records], Sequence[Sequence[Any]]]
"""Makes columns of the temporary table from those of the file; notes what is wrong with them."""


def begin(tx: Transaction, kind: str) -> None:
    """Give the import its time and memory, and keep others of its kind out until the transaction ends.

    Raises:
        ImportRunning: there is one.
    """
    tx.execute(text(f"SET LOCAL statement_timeout = '{TIMEOUT}'; SET LOCAL work_mem = '{MEMORY}'"))
    lock = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
    if not tx.execute(lock, {"name": f"imports.{kind}"}).scalar():
        raise ImportRunning


@dataclass(frozen=True)
class Staging:
    """A temporary table `(line, valid, ...)`, the kind of file, and how records become its rows."""

    table: str
    layout: Layout
    parse: Parse

    def rows(self, records: Records) -> str:
        """The rows of records of the file, as COPY reads them."""
        columns = self.parse(records)
        valid = [line not in records.bad for line in records.lines]
        texts = map(_texts, (records.lines, valid, *columns))
        return "".join(f"{row}\n" for row in map("\t".join, zip(*texts, strict=True)))


@dataclass(frozen=True)
class Loaded:
    """What of a file is in its temporary table.

    Args:
        columns: those that the file has.
        warnings: what of it was not read, as sentences.
    """

    columns: Collection[str]
    warnings: list[str]


def load(
    tx: Transaction, file: BinaryIO, staging: Staging, columns: Sequence[str] | None, errors: Errors
) -> Loaded:
    """Copy a file into a temporary table; bad lines are in it too, with valid = false.

    Args:
        tx: where the table is.
        file: as it was sent.
        staging: the table, and what the file is.
        columns: of each column of the file, ours, as the caller says; None: as its headings say.
        errors: where to note what is wrong.

    Raises:
        NotImported, Invalid: nothing of the file can be understood.
    """
    connection = tx.connection.driver_connection
    assert isinstance(connection, PsycopgConnection)  # noqa: S101 - the engine's driver, for mypy
    statement = f"COPY {staging.table} FROM STDIN (NULL '{NULL}')"
    with closing(Table(file, staging.layout, errors)) as table:
        places = table.places(columns)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for records in table.records(places):
                copy.write(staging.rows(records))
        return Loaded(places.keys(), table.warnings)


def _texts(column: Sequence[Any]) -> Sequence[str]:
    """A column as COPY reads it: psycopg's `write_row` looks at each value, this at all of them at once."""
    texts = [NULL if value is None else str(value) for value in column]
    together = "".join(texts)
    if any(mark in together for mark in ESCAPED):
        return [value.translate(ESCAPES) for value in texts]
    return texts
