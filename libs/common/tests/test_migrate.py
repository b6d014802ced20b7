"""Migrations do not wait behind a busy table: everybody else would wait behind them."""

from __future__ import annotations

import threading

import pytest
from alembic.script import ScriptDirectory
from followup_common.db import Database
from followup_common.db.migrate import alembic_config, upgrade
from followup_common.db.revisions import MadeBeforeTheFirst, revisions
from psycopg import errors
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.support.waiting import eventually


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


def test_a_migration_that_waits_for_another_one_does_not_hold_up_its_indexes(database_url: str) -> None:
    """An index that is built beside others' writes waits for every statement that began before."""
    # It asks for the lock again and again, so it says something in a session that is old already.
    waiting = text("""
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> ALL(:ours)
            AND state_change > backend_start + interval '1 s'
    """)
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    thread = threading.Thread(target=upgrade, args=[database_url], daemon=True)
    with engine.connect() as first:
        first.execute(text("SELECT pg_advisory_lock(112628746448759)"))  # env.py: MIGRATION_LOCK
        with engine.connect() as other:
            ours = [session.scalar(text("SELECT pg_backend_pid()")) for session in (first, other)]
            thread.start()
            eventually(lambda: other.scalar(waiting, {"ours": ours}), what="the other one waits")
        first.execute(text("CREATE INDEX CONCURRENTLY a_new_one ON users (name)"))
        first.execute(text("SELECT pg_advisory_unlock_all()"))
        thread.join(60)
        assert not thread.is_alive()
    engine.dispose()


def test_the_names_of_migrations_begin_with_their_revisions() -> None:
    found = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    assert revisions() == tuple(script.revision for script in found)


def test_a_database_from_before_the_first_release_says_what_to_do(database_url: str) -> None:
    """Its revisions counted from 0001 as well: none of them may be taken for one of these."""
    engine = create_engine(database_url)
    for revision in ("0029", "0001"):
        with engine.begin() as tx:
            tx.execute(text("DROP TABLE IF EXISTS escalation_states CASCADE"))
            tx.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        with pytest.raises(MadeBeforeTheFirst, match="make a new one"):
            upgrade(database_url)
    engine.dispose()
