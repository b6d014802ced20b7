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


# What follow-ups that have left level 0 must have left behind, and what is there.
EFFECTS = text("""
    WITH escalated AS (SELECT level FROM follow_ups WHERE level > 0)
    SELECT (SELECT sum(level) FROM escalated) AS escalations_due,
           (SELECT count(*) FROM escalations) AS escalations,
           (SELECT sum(CASE level WHEN 2 THEN 2 ELSE 1 END) FROM escalated) AS notifications_due,
           (SELECT count(*) FROM notifications) AS notifications,
           (SELECT count(*) FROM escalated) AS activities_due,
           (SELECT count(*) FROM activities) AS activities
""")


def assert_effects(database_url: str) -> None:
    """See that a contender wrote every row that the follow-ups it escalated must give, and no other."""
    engine = create_engine(database_url)
    with engine.begin() as tx:
        found = dict(tx.execute(EFFECTS).mappings().one())
    engine.dispose()
    for table in ("escalations", "notifications", "activities"):
        assert found[table] == found[f"{table}_due"] > 0, f"a contender wrote other rows: {found}"
