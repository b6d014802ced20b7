"""Browsers are told by web push.

Written in SQL, in `migrations/push`.

Revision: 0039, after 0038
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "push" / "tables.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What was sent has no place before: take a backup back instead."""
    raise NotImplementedError("deliveries to browsers are kept since 0039: restore a backup instead")
