"""Inserting what should not exist yet, under a unique key that has the last word.

`ON CONFLICT` looks for each row before it writes it, and marks the row twice; for the rows
of a batch, of which hardly ever one exists, that is a third of the work. So a batch is inserted
plainly, and only when a row of it exists once more, with the clause.
"""

from __future__ import annotations

from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import CursorResult, text
from sqlalchemy.exc import IntegrityError

from followup_common.db.database import Transaction


class OptimisticInsert:
    """An INSERT whose rows hardly ever exist; what its clauses say is done about those that do.

    Args:
        template: the statement, with a place in braces for each `ON CONFLICT` clause.
        clauses: the clauses by the names of their places.
    """

    def __init__(self, template: str, **clauses: str) -> None:
        self.plain = text(template.format(**dict.fromkeys(clauses, "")))
        self.with_clauses = text(template.format(**clauses))

    def __call__(self, tx: Transaction, parameters: dict[str, Any]) -> CursorResult[Any]:
        """Insert the rows, none of them twice."""
        try:
            with tx.begin_nested():
                return tx.execute(self.plain, parameters)
        except IntegrityError as error:
            if not isinstance(error.orig, UniqueViolation):
                raise
        return tx.execute(self.with_clauses, parameters)
