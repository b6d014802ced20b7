"""Waiting for a PostgreSQL that is still to come up."""

from __future__ import annotations

import sys
import time

from sqlalchemy.exc import OperationalError

from followup_common.db.database import Database


def wait_for(url: str, seconds: float = 60) -> None:
    """Wait until PostgreSQL takes connections.

    Raises:
        OperationalError: it did not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    database = Database(url, pool_size=1, prepared_statements=False)  # a pooler answers as well
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
    except OperationalError:
        return False


def wait_or_exit(url: str, seconds: float = 60) -> None:
    """Wait until PostgreSQL takes connections, or end the process with one line that says why not."""
    try:
        wait_for(url, seconds)
    except OperationalError as error:
        why = str(error.orig).strip().splitlines()[-1]
        sys.exit(f"FOLLOWUP_DATABASE_URL cannot be reached for {seconds:.0f} s: {why}")
