"""The data that every contender gets: due follow-ups among many that wait, and the people behind them."""

from __future__ import annotations

from sqlalchemy import create_engine, text

PEOPLE = text("""
    INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin');
    INSERT INTO users (email, name, role, manager_id)
        SELECT 'manager' || i || '@example.com', 'Manager ' || i, 'manager', 1 FROM generate_series(1, 20) i;
    INSERT INTO users (email, name, manager_id)
        SELECT 'agent' || i || '@example.com', 'Agent ' || i, 2 + i % 20 FROM generate_series(1, 200) i;
""")

# A third of what is due stands at each level.
DUE = text("""
    INSERT INTO follow_ups (title, due_at, assignee_id)
    SELECT 'Call ' || i, now() - (1 + i % 144) * interval '1 hour', 22 + i % 200
    FROM generate_series(1, :due) i
""")

WAITING = text("""
    INSERT INTO follow_ups (title, due_at, assignee_id)
    SELECT 'Call ' || i, now() + (1 + i % 2000) * interval '1 hour', 22 + i % 200
    FROM generate_series(1, :waiting) i
""")


def fill(database_url: str, *, due: int, waiting: int) -> None:
    """Fill an empty, migrated database."""
    engine = create_engine(database_url)
    with engine.begin() as tx:
        tx.execute(PEOPLE)
        tx.execute(WAITING, {"waiting": waiting})
        tx.execute(DUE, {"due": due})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
    engine.dispose()


def effects(database_url: str) -> dict[str, int]:
    """How many rows a contender wrote, so that all can be seen to have done the same."""
    engine = create_engine(database_url)
    with engine.begin() as tx:
        counts = {
            table: int(tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
            for table in ("escalations", "notifications", "activities")
        }
    engine.dispose()
    return counts
