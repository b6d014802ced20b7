"""Many notifications of one happening are summed up in one.

Their index is built while others write: a try that broke off leaves one that is not valid, and the next takes
it away first.

Revision: 0021, after 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEX = "ix_notifications_bundle"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE notifications ADD COLUMN IF NOT EXISTS bundle bigint, "
        "ADD COLUMN IF NOT EXISTS summed_up boolean NOT NULL DEFAULT false"
    )
    op.execute("GRANT UPDATE (read_at, summed_up) ON notifications TO followup_notifier")
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
        op.execute(
            f"CREATE INDEX CONCURRENTLY {INDEX} ON notifications (user_id, bundle, summed_up) "
            "WHERE bundle IS NOT NULL"
        )


def downgrade() -> None:
    op.execute(f"DROP INDEX IF EXISTS {INDEX}")
    op.execute("REVOKE UPDATE (read_at, summed_up) ON notifications FROM followup_notifier")
    op.execute("ALTER TABLE notifications DROP COLUMN bundle, DROP COLUMN summed_up")
