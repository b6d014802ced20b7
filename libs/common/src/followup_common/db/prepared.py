"""Statements that are asked many times a second: compiled once, and run by the driver itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast

from psycopg import Connection
from psycopg.rows import namedtuple_row
from sqlalchemy import Row
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from followup_common.db.database import Transaction

Record = Row[*tuple[Any, ...]]

_dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Prepared:
    """A query of constant text. Running it costs what the driver does: SQLAlchemy's part is done here.

    Args:
        statement: what a run brings are bind parameters, of types that psycopg knows by itself.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement

    def all(self, tx: Transaction, **values: Any) -> Sequence[Record]:
        """Every row, with its columns by name and by position.

        Args:
            tx: where to run it.
            values: of the bind parameters; those that the statement does not have are ignored.
        """
        connection = cast(Connection, tx.connection.driver_connection)
        with connection.cursor(row_factory=namedtuple_row) as cursor:
            cursor.execute(self._text, {**self._constants, **values})
            return cast(Sequence[Record], cursor.fetchall())

    def first(self, tx: Transaction, **values: Any) -> Record | None:
        """The first row; None without one."""
        return next(iter(self.all(tx, **values)), None)

    @property
    def _text(self) -> str:
        return self._compiled.string

    @cached_property
    def _constants(self) -> dict[str, Any]:
        return {name: value for name, value in self._compiled.params.items() if value is not None}

    @cached_property
    def _compiled(self) -> SQLCompiler:
        return cast(SQLCompiler, self.statement.compile(dialect=_dialect))
