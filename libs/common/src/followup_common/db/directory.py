"""The people that a batch may have to tell: the lines above its assignees, and the active admins."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text

from followup_common.db.database import Transaction
from followup_common.policy import Directory, Person

# UNION, not UNION ALL: a cycle in old data ends the walk instead of turning in it for ever.
LINES = text("""
    WITH RECURSIVE line AS (
        SELECT id, manager_id, active FROM users WHERE id = ANY(CAST(:assignees AS bigint[]))
        UNION
        SELECT u.id, u.manager_id, u.active FROM users u JOIN line ON u.id = line.manager_id
    )
    SELECT id, manager_id, active FROM line
""")

ADMINS = text("SELECT id FROM users WHERE role = 'admin' AND active ORDER BY id")


def load_directory(tx: Transaction, assignees: Collection[int]) -> Directory:
    """Read who is above these assignees, as it is now."""
    rows = tx.execute(LINES, {"assignees": list(assignees)})
    people = {row.id: Person(row.id, row.manager_id, row.active) for row in rows}
    return Directory(people, tx.execute(ADMINS).scalars().all())
