"""Whether the database is there, takes writes, and has the schema that this code needs."""

from __future__ import annotations

from followup_common.db import Database
from followup_common.db.database import POOLER, refused_by_pooler
from followup_common.db.health import READ_ONLY, is_read_only, try_write
from followup_common.db.revisions import revisions
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

OK = "ok"


def database_state(database: Database) -> str:
    """`ok`, or what is wrong with it."""
    try:
        with database.transaction() as tx:
            revision = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except ProgrammingError:
        revision = None  # there is no such table
    except SQLAlchemyError as error:
        return POOLER if refused_by_pooler(error) else "away"
    known = revisions()
    # A revision that this code does not know is newer: migrations run before the new code does.
    if revision is None or (revision in known and revision != known[0]):
        return f"migrations are missing: it is at {revision}, needed is {known[0]}"
    return _writing(database)


def _writing(database: Database) -> str:
    try:
        try_write(database)
    except SQLAlchemyError as error:
        return f"{READ_ONLY}: pages are shown, changes are refused" if is_read_only(error) else "away"
    return OK
