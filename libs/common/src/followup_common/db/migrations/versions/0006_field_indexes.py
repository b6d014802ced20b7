"""Indexes for lists by kind, priority, tag and value, built while others write; and checks of what is there.

Each statement is a transaction of its own. One that breaks off leaves an index that is not valid: the next
try takes it away first.

Revision: 0006, after 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_follow_ups_kind": "(kind, due_at, id)",
    "ix_follow_ups_priority": "(priority, due_at, id) WHERE priority <> 'normal'",
    "ix_follow_ups_tags": "USING gin (tags) WHERE tags <> '{}'",
    "ix_follow_ups_value": "(value_currency, value_amount, id) WHERE value_amount IS NOT NULL",
}
CHECKS = ("priority", "tags", "value")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for check in CHECKS:
            op.execute(f"ALTER TABLE follow_ups VALIDATE CONSTRAINT ck_follow_ups_{check}")
        for name, definition in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON follow_ups {definition}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
