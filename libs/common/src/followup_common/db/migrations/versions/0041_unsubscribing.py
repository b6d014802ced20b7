"""Each mail has a link by which its recipient gets no more of the same kind.

Written in SQL, in `migrations/deliveries`.

Revision: 0041, after 0040
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "deliveries" / "unsubscribing.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Links that were sent would lead nowhere: take a backup back instead."""
    raise NotImplementedError("links were sent since revision 0041: restore a backup instead")
