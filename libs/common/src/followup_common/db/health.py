"""Whether PostgreSQL answers and takes writes, for probes."""

from __future__ import annotations

from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError, ProgrammingError, SQLAlchemyError

from followup_common.db.database import POOLER, Database, refused_by_pooler
from followup_common.health import PATIENCE_SECONDS, Bounded, Check

TRY_WRITE = text("UPDATE outbox SET handled_at = handled_at WHERE false")
"""PostgreSQL refuses it where it would refuse each write: rights, and whether the session is read-only, come
before rows. Every service that handles events writes to the outbox."""
READ_ONLY = "PostgreSQL is read-only"


def try_write(database: Database, write: TextClause = TRY_WRITE) -> None:
    """Write as services do, and leave no trace.

    Args:
        database: as the service's own role.
        write: what it has the right to write, and changes nothing.

    Raises:
        SQLAlchemyError: it cannot be done. Connections to a database that is read-only are given up.
    """
    with database.transaction() as tx:
        tx.execute(write)


def is_read_only(error: BaseException) -> bool:
    """Whether an error says that the database takes no writes: it is a standby, or somebody has set it so."""
    return isinstance(error, DBAPIError) and isinstance(error.orig, ReadOnlySqlTransaction)


def database_check(database: Database, write: TextClause = TRY_WRITE) -> Check:
    """Whether PostgreSQL answers and takes writes."""
    bounded = Bounded(lambda: try_write(database, write), PATIENCE_SECONDS)

    def check() -> str | None:
        try:
            bounded()
        except (SQLAlchemyError, TimeoutError) as error:
            return _said(error)
        return None

    return check


def _said(error: Exception) -> str:
    if refused_by_pooler(error):
        return POOLER
    if is_read_only(error):
        return READ_ONLY
    if isinstance(error, ProgrammingError):
        return f"migrations or rights are missing: {type(error.orig).__name__}"
    return f"PostgreSQL does not answer: {type(error).__name__}"
