"""The data that every contender gets: people, and follow-ups due, waiting, or escalated long ago."""

from __future__ import annotations

from sqlalchemy import create_engine, text

PEOPLE = text("""
    INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin');
    INSERT INTO users (email, name, role, manager_id)
        SELECT 'manager' || i || '@example.com', 'Manager ' || i, 'manager', 1 FROM generate_series(1, 20) i;
    INSERT INTO users (email, name, manager_id)
        SELECT 'agent' || i || '@example.com', 'Agent ' || i, 2 + i % 20 FROM generate_series(1, 200) i;
""")

# What the trigger would set is given, so that a million rows take seconds.
WITHOUT_TRIGGERS = text("SET LOCAL session_replication_role = replica")
FOLLOW_UPS = """
    WITH added AS (
        INSERT INTO follow_ups (title, due_at, assignee_id)
        SELECT 'Call ' || i, now() + {due} * interval '1 hour', 22 + i % 200
        FROM generate_series(1, :number) i RETURNING id, due_at, assignee_id
    )
    INSERT INTO escalation_states (follow_up_id, run, last_run, policy_version_id, anchor_at, step, severity,
                                   assignee_id, is_open, wake_at)
    SELECT id, 1, 1, 1, due_at, {step}, {severity}, assignee_id, true, {wake_at} FROM added
"""
WAITING = text(FOLLOW_UPS.format(due="(1 + i % 2000)", step=0, severity="NULL", wake_at="due_at"))
ESCALATED = text(FOLLOW_UPS.format(due="-(100 + i % 9000)", step=3, severity="'breach'", wake_at="NULL"))
DUE = text(FOLLOW_UPS.format(due="-(1 + i % 144)", step=0, severity="NULL", wake_at="due_at"))
"""A third of what is due has reached each step."""


def fill(database_url: str, *, due: int = 0, waiting: int = 0, escalated: int = 0) -> None:
    """Fill an empty, migrated database.

    Args:
        database_url: the owner's.
        due: follow-ups of which no step has been taken, from 1 to 144 hours late.
        waiting: follow-ups that are due later.
        escalated: open follow-ups that have taken their last step.
    """
    engine = create_engine(database_url)
    with engine.begin() as tx:
        tx.execute(PEOPLE)
        tx.execute(WITHOUT_TRIGGERS)
        for statement, number in ((WAITING, waiting), (ESCALATED, escalated), (DUE, due)):
            tx.execute(statement, {"number": number})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
    engine.dispose()


# What follow-ups that have left step 0 must have left behind, and what is there.
EFFECTS = text("""
    WITH escalated AS (SELECT step FROM escalation_states WHERE step > 0)
    SELECT (SELECT sum(step) FROM escalated) AS escalations_due,
           (SELECT count(*) FROM escalations) AS escalations,
           (SELECT sum(least(step, 2)) FROM escalated) AS notifications_due,
           (SELECT count(*) FROM notifications WHERE follow_up_id IS NOT NULL) AS notifications,
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
