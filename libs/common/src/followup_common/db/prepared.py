"""Statements that are asked many times a second: compiled once, and run by the driver itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast

from psycopg import Connection, Error, OperationalError
from psycopg.rows import namedtuple_row
from sqlalchemy import Row
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from followup_common.db.database import Transaction, leave_out_values
from followup_common.db.lost import is_lost

Record = Row[*tuple[Any, ...]]

_dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types there


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

        Raises:
            psycopg.OperationalError: the connection is lost.
            psycopg.Error: as the driver raises it, without what a DETAIL would quote.
        """
        connection = cast(Connection, tx.connection.driver_connection)
        statement, constants = self._compiled
        with connection.cursor(row_factory=namedtuple_row) as cursor:
            try:
                cursor.execute(statement, {**constants, **values})
            except Error as error:
                leave_out_values(error)
                if is_lost(error, closed=connection.closed):
                    raise OperationalError(*error.args) from error
                raise
            return cast(Sequence[Record], cursor.fetchall())

    def first(self, tx: Transaction, **values: Any) -> Record | None:
        """The first row; None without one."""
        return next(iter(self.all(tx, **values)), None)

    @cached_property
    def _compiled(self) -> tuple[str, dict[str, Any]]:
        """The text, and the values of what is constant in it."""
        compiled = cast(SQLCompiler, self.statement.compile(dialect=_dialect))
        return compiled.string, {name: value for name, value in compiled.params.items() if value is not None}
