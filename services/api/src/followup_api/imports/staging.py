"""From a file into a temporary table, as one stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from followup_common.db import Transaction
from psycopg import Connection as PsycopgConnection
from sqlalchemy import text

from followup_api.imports.files import Record, read_csv
from followup_api.imports.problems import Errors, ImportRunning

TIMEOUT = "15min"

Parse = Callable[[int, dict[str, str], Errors], Sequence[Any]]
"""Makes a row of the temporary table from a line; notes what is wrong with it."""


def begin(tx: Transaction, kind: str) -> None:
    """Give the import its time, and keep others of its kind out until the transaction ends.

    Raises:
        ImportRunning: there is one.
    """
    tx.execute(text(f"SET LOCAL statement_timeout = '{TIMEOUT}'"))
    lock = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
    if not tx.execute(lock, {"name": f"imports.{kind}"}).scalar():
        raise ImportRunning


@dataclass(frozen=True)
class Staging:
    """A temporary table `(line, valid, ...)`, the columns of the file, and how a line becomes a row."""

    table: str
    columns: Sequence[str]
    parse: Parse

    def row(self, record: Record, errors: Errors) -> tuple[Any, ...]:
        """The row of a record of the file."""
        line, cells = record
        before = errors.count
        values = self.parse(line, dict(zip(self.columns, cells, strict=True)), errors)
        return (line, errors.count == before, *values)


def load(tx: Transaction, file: BinaryIO, staging: Staging, errors: Errors) -> None:
    """Copy a CSV file into a temporary table; bad lines are in it too, with valid = false."""
    records = read_csv(file, staging.columns, errors)
    _copy(tx, staging.table, (staging.row(record, errors) for record in records))
    tx.execute(text(f"ANALYZE {staging.table}"))


def _copy(tx: Transaction, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    connection = tx.connection.driver_connection
    assert isinstance(connection, PsycopgConnection)  # noqa: S101 - the engine's driver, for mypy
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
