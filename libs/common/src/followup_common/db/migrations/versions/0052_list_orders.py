"""Indexes for the orders of lists, built while others write.

A revision of its own: what is committed on the way can be done again when the upgrade goes on.

Revision: 0052, after 0051
"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

COMPLETED = "ix_follow_ups_completed"
INDEXES = {
    "ix_follow_ups_open_priority": "(priority, due_at, id) INCLUDE (assignee_id) WHERE is_open",
    "ix_follow_ups_open_kind": "(kind, due_at, id) INCLUDE (assignee_id) WHERE is_open",
    "ix_follow_ups_open_updated_at": "(updated_at, id) INCLUDE (assignee_id, due_at) WHERE is_open",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, of in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON follow_ups {of}")
        _completed_again("assignee_id, due_at")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _completed_again("assignee_id")
        for name in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _completed_again(beside: str) -> None:
    """Build an index again with other columns beside; the old one serves until the new one is there."""
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {COMPLETED}_new")
    op.execute(
        f"CREATE INDEX CONCURRENTLY {COMPLETED}_new ON follow_ups (completed_at, id) "
        f"INCLUDE ({beside}) WHERE NOT is_open"
    )
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {COMPLETED}")
    op.execute(f"ALTER INDEX {COMPLETED}_new RENAME TO {COMPLETED}")
