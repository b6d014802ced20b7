"""The index of lists that are narrowed to an outcome, built while others write.

Each statement is a transaction of its own. One that breaks off leaves an index that is not valid: the next
try takes it away first.

Revision: 0020, after 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OUTCOME = "ix_follow_ups_outcome"
COLUMNS = "(outcome, completed_at, id) INCLUDE (assignee_id) WHERE NOT is_open AND outcome IS NOT NULL"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {OUTCOME}")
        op.execute(f"CREATE INDEX CONCURRENTLY {OUTCOME} ON follow_ups {COLUMNS}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {OUTCOME}")
