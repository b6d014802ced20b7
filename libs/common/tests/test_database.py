"""The pool of connections, on a real server."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from followup_common.db import Database, Transaction, database
from followup_common.db.database import owners_engine
from followup_common.messaging.failures import may_pass
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.support.processes import REPOSITORY

BACKEND = "SELECT pg_backend_pid()"


@pytest.mark.parametrize("ask_after", [60.0, 0.0], ids=["seen on the socket", "told when asked"])
def test_a_connection_whose_backend_was_killed_is_replaced_unnoticed(
    shared_database_url: str, monkeypatch: pytest.MonkeyPatch, ask_after: float
) -> None:
    monkeypatch.setattr(database, "ASK_AFTER_SECONDS", ask_after)
    pool = Database(shared_database_url, pool_size=1)
    engine = create_engine(shared_database_url)
    with pool.transaction() as tx:
        backend = tx.execute(text(BACKEND)).scalar_one()
    with engine.begin() as other:  # comes back when the backend is gone
        statement = text("SELECT pg_terminate_backend(:pid, 10000)")
        assert other.execute(statement, {"pid": backend}).scalar_one()
    with pool.transaction() as tx:
        assert tx.execute(text(BACKEND)).scalar_one() != backend
    pool.close()
    engine.dispose()


def test_statements_of_a_reading_stand_alone(shared_database_url: str) -> None:
    pool = Database(shared_database_url, pool_size=1)
    for _ in "once", "on the same connection again":
        with pool.reading() as tx:
            assert state(tx) == "idle"
        with pool.transaction() as tx:
            assert state(tx) == "in transaction"
    pool.close()


def test_a_transaction_whose_program_hangs_is_ended_and_what_it_locked_is_free(database_url: str) -> None:
    pool = Database(database_url, pool_size=2, idle_in_transaction=timedelta(milliseconds=200))
    lock = text("SELECT pg_advisory_xact_lock(1)")

    def hang() -> None:
        with pool.transaction() as hanging:
            hanging.execute(lock)
            with pool.transaction() as other:
                other.execute(lock)  # waits until the first is ended, which does nothing more
            hanging.execute(text("SELECT 1"))

    with pytest.raises(OperationalError, match="idle-in-transaction") as ended:
        hang()
    assert may_pass(ended.value)
    with pool.transaction() as tx:
        tx.execute(text("SELECT 1"))
    pool.close()


def test_no_connection_may_keep_a_transaction_open_for_ever(database_url: str) -> None:
    bound = text("SHOW idle_in_transaction_session_timeout")
    pool, owner = Database(database_url), owners_engine(database_url)
    with pool.transaction() as tx, owner.begin() as owners:
        assert [each.execute(bound).scalar_one() for each in (tx, owners)] == ["1min", "1min"]
    pool.close()
    owner.dispose()


def test_every_connection_is_opened_where_it_gets_its_bounds() -> None:
    """The two others commit each statement by itself, and have no transaction that could stay open."""
    parts = (*(REPOSITORY / "libs").glob("*/src"), *(REPOSITORY / "services").glob("*/src"))
    opening = re.compile(r"\b(create_engine|AsyncConnection\.connect|psycopg\.connect)\(")
    found = {file.name for part in parts for file in part.rglob("*.py") if opening.search(file.read_text())}
    assert found == {"database.py", "live.py", "postgres.py"}


def test_options_of_the_url_come_after_ours(database_url: str) -> None:
    pool = Database(f"{database_url}?options=-c%20idle_in_transaction_session_timeout%3D5s")
    with pool.transaction() as tx:
        assert tx.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "5s"
        assert tx.execute(text("SHOW lock_timeout")).scalar_one() == "5s"
    pool.close()


def state(tx: Transaction) -> str:
    """What a connection is in after a statement."""
    tx.execute(text("SELECT 1"))
    status = tx.connection.driver_connection.info.transaction_status.name  # type: ignore[union-attr]  # it is connected
    return {"IDLE": "idle", "INTRANS": "in transaction"}[status]


def test_connections_to_what_has_become_read_only_are_given_up(database_url: str) -> None:
    """As after a failover: the session stays read-only for ever, and a new one is not."""
    pool = Database(database_url, pool_size=2)
    write = text("UPDATE outbox SET handled_at = handled_at WHERE false")
    with pool.transaction() as tx, pool.transaction() as other:
        for each in (tx, other):
            each.execute(text("SET SESSION default_transaction_read_only = on"))
    with pytest.raises(OperationalError, match="read-only") as refused, pool.transaction() as tx:
        tx.execute(write)
    assert may_pass(refused.value)
    with pool.transaction() as tx, pool.transaction() as other:
        tx.execute(write)
        other.execute(write)
    pool.close()
