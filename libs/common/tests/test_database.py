"""The pool of connections, on a real server."""

from __future__ import annotations

import pytest
from followup_common.db import Database, Transaction, database
from followup_common.db.prepared import Prepared
from sqlalchemy import create_engine, literal, select, text

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


def state(tx: Transaction) -> str:
    """What a connection is in after a statement."""
    tx.execute(text("SELECT 1"))
    status = tx.connection.driver_connection.info.transaction_status.name  # type: ignore[union-attr]  # it is connected
    return {"IDLE": "idle", "INTRANS": "in transaction"}[status]


def test_a_prepared_query_gives_rows_by_name_and_works_on_a_new_connection(shared_database_url: str) -> None:
    query = Prepared(select(literal(3).label("three"), text("CAST(:given AS text) AS given")))
    pool = Database(shared_database_url, pool_size=1)
    for given in ("a", "b"):
        with pool.reading() as tx:
            row = query.first(tx, given=given, unknown=1)
            assert row is not None
            assert (row.three, row.given, tuple(row)) == (3, given, (3, given))
        pool.engine.dispose()
    pool.close()
