"""Indexes by which the figures of a team are counted, built while others write.

Each statement is a transaction of its own. One that breaks off leaves an index that is not valid: the next
try takes it away first.

Revision: 0017, after 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOVED = "ix_follow_ups_moved"
HELD = "ix_escalation_states_held_assignee"
COMPLETED = "ix_follow_ups_completed_assignee"
ADDED = {
    MOVED: "follow_ups (assignee_id, is_open, due_at, id) INCLUDE (moved) WHERE moved > 0",
    HELD: "escalation_states (assignee_id) WHERE is_open AND holds IS NOT NULL",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, definition in ADDED.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {definition}")
        _completed_again("INCLUDE (due_at) ")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _completed_again("")
        for name in ADDED:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _completed_again(include: str) -> None:
    """Build an index again with other columns beside; the old one serves until the new one is there."""
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {COMPLETED}_new")
    op.execute(
        f"CREATE INDEX CONCURRENTLY {COMPLETED}_new ON follow_ups (assignee_id, completed_at, id) "
        f"{include}WHERE NOT is_open"
    )
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {COMPLETED}")
    op.execute(f"ALTER INDEX {COMPLETED}_new RENAME TO {COMPLETED}")
