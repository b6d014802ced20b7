"""Whether PostgreSQL answers, for probes."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from followup_common.db.database import Database
from followup_common.health import PATIENCE_SECONDS, Bounded, Check


def database_check(database: Database) -> Check:
    """Whether PostgreSQL answers."""

    def ask() -> None:
        with database.transaction() as tx:
            tx.execute(text("SELECT 1"))

    bounded = Bounded(ask, PATIENCE_SECONDS)

    def check() -> str | None:
        try:
            bounded()
        except (SQLAlchemyError, TimeoutError) as error:
            return f"PostgreSQL does not answer: {type(error).__name__}"
        return None

    return check
