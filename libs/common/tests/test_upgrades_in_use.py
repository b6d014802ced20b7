"""An upgrade of a large database while people work: nobody waits for it, and it goes on where it stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from followup_common.db import Database
from followup_common.db.migrate import alembic_config, upgrade
from psycopg import errors
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from tests.support.postgres import Postgres
from tests.support.waiting import eventually

FOLLOW_UPS = 2_500
"""Two windows and a half of the revision that counts moves."""
FILL = f"""
INSERT INTO users (email, name) VALUES ('amir@example.com', 'Amir');
INSERT INTO follow_ups (title, due_at, assignee_id)
    SELECT 'Call ' || i, '2031-01-01', 1 FROM generate_series(1, {FOLLOW_UPS}) i;
INSERT INTO activities (follow_up_id, kind, details)
    SELECT id, 'rescheduled', '{{"changes": {{"due_at": {{"from": "2030-01-01T09:00:00Z"}}}}}}'
    FROM follow_ups;
"""
COUNTED = text("SELECT count(*) FROM follow_ups WHERE moved = 1 AND first_due_at IS NOT NULL")
RENAME = text("UPDATE follow_ups SET title = 'Renamed' WHERE id = :id")
WAITS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
""")
REVISION = text("SELECT version_num FROM alembic_version")


def revision_of(name: str) -> str:
    """The revision whose file has this name behind its number."""
    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    [found] = [script.revision for script in scripts if script.path.endswith(f"_{name}.py")]
    return str(found)


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """A database from before moves were counted, with more follow-ups than one window has."""
    url = postgres.create_database()
    command.upgrade(alembic_config(url), revision_of("undo"))
    engine = create_engine(url)
    with engine.begin() as tx:
        tx.exec_driver_sql(FILL)
    engine.dispose()
    yield url
    postgres.drop_database(url)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def busy(engine: Engine) -> Iterator[Connection]:
    """Somebody who has changed the last follow-up, and has not committed yet."""
    with engine.connect() as tx:
        tx.execute(RENAME, {"id": FOLLOW_UPS})
        yield tx


@pytest.fixture
def broken_off(url: str) -> Iterator[threading.Thread]:
    """An upgrade beside the test, which gives up when a lock is not free in time."""
    found: list[OperationalError] = []

    def migrate() -> None:
        with pytest.raises(OperationalError) as error:
            upgrade(url)
        found.append(error.value)

    thread = threading.Thread(target=migrate, daemon=True)
    yield thread
    thread.join(60)
    assert isinstance(found[0].orig, errors.LockNotAvailable)


def test_people_work_on_while_moves_are_counted(
    url: str, busy: Connection, broken_off: threading.Thread
) -> None:
    """The upgrade waits for the last follow-up, which is busy; nobody waits for the upgrade."""
    database = Database(url)
    broken_off.start()
    with database.transaction() as tx:
        eventually(lambda: tx.scalar(WAITS), what="the upgrade waits for the one that is busy")
        tx.execute(text("SET LOCAL lock_timeout = '500ms'"))
        assert tx.scalar(COUNTED) == 2_000
        assert tx.execute(RENAME, {"id": 1}).rowcount == 1
    database.close()


def test_an_upgrade_that_broke_off_goes_on_where_it_stopped(
    url: str, engine: Engine, busy: Connection
) -> None:
    with pytest.raises(OperationalError):
        upgrade(url)
    with engine.connect() as tx:
        assert tx.scalar(COUNTED) == 2_000
    busy.commit()
    upgrade(url)
    with engine.connect() as tx:
        assert tx.scalar(COUNTED) == FOLLOW_UPS


def test_each_revision_is_a_transaction_of_its_own(url: str, engine: Engine) -> None:
    """What one has locked is free before the next one begins."""
    with engine.begin() as tx:
        tx.execute(text("CREATE TABLE idempotency_keys ()"))  # one of the next ones cannot go through
    with pytest.raises(ProgrammingError):
        upgrade(url)
    with engine.begin() as tx:
        assert tx.scalar(REVISION) == revision_of("addresses")
        tx.execute(text("DROP TABLE idempotency_keys"))
    upgrade(url)
    with engine.connect() as tx:
        assert tx.scalar(REVISION) == ScriptDirectory.from_config(alembic_config()).get_current_head()
