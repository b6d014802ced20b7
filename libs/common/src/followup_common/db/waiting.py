"""Waiting for a PostgreSQL that is still to come up."""

from __future__ import annotations

import sys
import time

from sqlalchemy.exc import OperationalError

from followup_common.db.database import POOLER, Database, refused_by_pooler


def wait_for(url: str, seconds: float = 60, *, prepared_statements: bool = False) -> None:
    """Wait until PostgreSQL takes connections.

    Args:
        url: of the database.
        seconds: how long.
        prepared_statements: as in FOLLOWUP_PREPARED_STATEMENTS; without them a pooler answers as well.

    Raises:
        OperationalError: it did not within `seconds`, or a pooler refuses what the connection brings along.
    """
    deadline = time.monotonic() + seconds
    database = Database(url, pool_size=1, prepared_statements=prepared_statements)
    try:
        while not _answers(database):
            if time.monotonic() > deadline:
                with database.transaction():
                    return
            time.sleep(0.5)
    finally:
        database.close()


def _answers(database: Database) -> bool:
    try:
        with database.transaction():
            return True
    except OperationalError as error:
        if refused_by_pooler(error):  # waiting changes nothing
            raise
        return False


def wait_or_exit(url: str, seconds: float = 60, *, prepared_statements: bool = False) -> None:
    """Wait as `wait_for`, or end the process with one line that says why not."""
    try:
        wait_for(url, seconds, prepared_statements=prepared_statements)
    except OperationalError as error:
        if refused_by_pooler(error):
            sys.exit(POOLER)
        why = str(error.orig).strip().splitlines()[-1]
        sys.exit(f"FOLLOWUP_DATABASE_URL cannot be reached for {seconds:.0f} s: {why}")
