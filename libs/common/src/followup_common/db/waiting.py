"""Waiting for a PostgreSQL that is still to come up."""

from __future__ import annotations

import sys
import time

from sqlalchemy.exc import OperationalError

from followup_common.db.database import owners_engine


def wait_for(url: str, seconds: float = 60) -> None:
    """Wait until PostgreSQL takes connections.

    Raises:
        OperationalError: it did not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            engine = owners_engine(url, connect_timeout=5)
            engine.connect().close()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def wait_or_exit(url: str, seconds: float = 60) -> None:
    """Wait until PostgreSQL takes connections, or end the process with one line that says why not."""
    try:
        wait_for(url, seconds)
    except OperationalError as error:
        why = str(error.orig).strip().splitlines()[-1]
        sys.exit(f"FOLLOWUP_DATABASE_URL cannot be reached for {seconds:.0f} s: {why}")
