"""Takes back what the deletion of a follow-up made of its series, where the deletion is undone.

Written in SQL, in `migrations/series`.

Revision: 0048, after 0047
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "series" / "restoring_next.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It goes with what revision 0046 made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0046 made: restore a backup instead")
