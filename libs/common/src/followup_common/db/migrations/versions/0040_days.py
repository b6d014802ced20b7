"""A mail each working day says what it brings.

Written in SQL, in `migrations/rules`.

Revision: 0040, after 0039
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "rules" / "days.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)
    op.create_unique_constraint("uq_digests_once", "digests", ["destination_id", "kind", "ends_at"])
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE notification_preferences VALIDATE CONSTRAINT ck_notification_preferences_day")
        op.execute("ALTER TABLE digests VALIDATE CONSTRAINT ck_digests_kind")


def downgrade() -> None:
    """What people have chosen has no place before: restore a backup instead."""
    raise NotImplementedError("mails of the day are kept since 0040: restore a backup instead")
