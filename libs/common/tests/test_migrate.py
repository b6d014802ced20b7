"""Migrations do not wait behind a busy table: everybody else would wait behind them."""

from __future__ import annotations

import threading

import pytest
from followup_common.db import Database
from followup_common.db.migrate import upgrade
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import OperationalError


def test_a_migration_gives_up_on_a_table_that_stays_locked(database_url: str) -> None:
    found: list[OperationalError] = []

    def migrate() -> None:
        with pytest.raises(OperationalError) as error:
            upgrade(database_url)
        found.append(error.value)

    database = Database(database_url)
    thread = threading.Thread(target=migrate, daemon=True)
    with database.transaction() as busy:
        busy.execute(text("LOCK TABLE alembic_version"))
        thread.start()
        thread.join(60)
        assert not thread.is_alive(), "it waits for the lock"
    assert isinstance(found[0].orig, errors.LockNotAvailable)
    database.close()
