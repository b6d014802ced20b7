"""Migrations do not wait behind a busy table: everybody else would wait behind them."""

from __future__ import annotations

import ast
import inspect
import threading

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from followup_common.db import Database
from followup_common.db.migrate import alembic_config, upgrade
from followup_common.db.revisions import MadeBeforeTheFirst, revisions
from psycopg import errors
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.support.postgres import Postgres
from tests.support.waiting import eventually

LAST_THAT_CANNOT_GO_ON = 42
"""Until then some revisions made tables and went on outside of their transaction."""


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


def test_an_upgrade_that_waited_in_vain_for_others_goes_on_where_it_stopped(postgres: Postgres) -> None:
    """An index that is built beside others' writes gives up while one of them does not end."""
    url = postgres.create_database()
    command.upgrade(alembic_config(url), f"{LAST_THAT_CANNOT_GO_ON:04}")
    database = Database(url)
    with database.transaction() as old:
        old.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        old.execute(text("SELECT 1"))
        with pytest.raises(OperationalError) as error:
            upgrade(url)
        assert isinstance(error.value.orig, errors.LockNotAvailable)
    upgrade(url)
    with database.reading() as tx:
        assert tx.execute(text("SELECT version_num FROM alembic_version")).scalar() == revisions()[0]
        wrong = """
            SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid
            UNION ALL SELECT conname FROM pg_constraint WHERE NOT convalidated
        """
        assert tx.execute(text(wrong)).all() == []
    database.close()
    postgres.drop_database(url)


def test_what_is_outside_of_a_transaction_is_all_that_its_revision_does() -> None:
    """Else an upgrade that fails there would begin with what is there already."""
    for script in ScriptDirectory.from_config(alembic_config()).walk_revisions():
        function = ast.parse(inspect.getsource(script.module.upgrade)).body[0]
        assert isinstance(function, ast.FunctionDef)
        if int(script.revision) > LAST_THAT_CANNOT_GO_ON and "autocommit_block" in ast.unparse(function):
            assert len(function.body) == 1, script.revision


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
