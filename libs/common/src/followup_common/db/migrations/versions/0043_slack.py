"""Messages in Slack have buttons that act, and say what became of their follow-up.

Written in SQL, in `migrations/slack`.

Revision: 0043, after 0042
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "slack" / "tables.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Whose messages were posted has no place before: take a backup back instead."""
    raise NotImplementedError("messages in Slack are known since 0043: restore a backup instead")
