"""Whether the database is there, with the schema that this code needs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import followup_common.db
from alembic.script import ScriptDirectory
from followup_common.db import Database
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
    except SQLAlchemyError:
        return "away"
    known = _revisions()
    # A revision that this code does not know is newer: migrations run before the new code does.
    if revision is None or (revision in known and revision != known[0]):
        return f"migrations are missing: it is at {revision}, needed is {known[0]}"
    return OK


@cache
def _revisions() -> tuple[str, ...]:
    folder = Path(followup_common.db.__file__).parent / "migrations"
    return tuple(script.revision for script in ScriptDirectory(str(folder)).walk_revisions())
