"""What the suite's own pinned snapshot does when PostgreSQL throws everybody out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from followup_common.db import Database
from sqlalchemy import text

from tests.faults.pinned_snapshot import PinnedSnapshot
from tests.support.waiting import eventually

PINNING = text("""
    SELECT pid FROM pg_stat_activity
    WHERE application_name = 'pins' AND datname = current_database() AND backend_xmin IS NOT NULL
""")


@pytest.fixture
def pinning(database_url: str) -> Iterator[Database]:
    """Where the snapshot is pinned; nothing else has its name."""
    database = Database(database_url, application_name="pins")
    yield database
    database.close()


@pytest.mark.integration
def test_another_snapshot_follows_when_its_connection_is_lost(database_url: str, pinning: Database) -> None:
    world = Database(database_url)
    snapshot = PinnedSnapshot(pinning)
    snapshot.start()
    try:
        [first] = _pins(world)
        with world.transaction() as tx:
            tx.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
        eventually(lambda: set(_pins(world)) - {first}, what="another snapshot")
    finally:
        snapshot.stop()
    eventually(lambda: not _pins(world), what="no snapshot")
    world.close()


def _pins(world: Database) -> list[int]:
    with world.transaction() as tx:
        return list(tx.execute(PINNING).scalars())
