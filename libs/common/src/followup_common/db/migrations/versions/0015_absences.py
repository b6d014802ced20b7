"""People are away, others stand in for them, and what they were not told is summed up.

Written in SQL, in `migrations/absences`.

Revision: 0011, after 0010
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

FILES = ("tables",)


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "absences" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE notifications VALIDATE CONSTRAINT ck_notifications_about")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_notifications_summary")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_notifications_summary "
            "ON notifications (user_id, audience, summary_of) WHERE summary_of IS NOT NULL"
        )


def downgrade() -> None:
    """Who was away has no place before: take a backup back instead."""
    raise NotImplementedError("people can be away since 0012: restore a backup instead")
